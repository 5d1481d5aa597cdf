/** The code blocks of README.md, as its reader sees them. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export type Block = {
  /** In the file. */
  line: number;
  language: string;
  text: string;
  /** Why no test runs it; null: it is run. */
  notRun: string | null;
};

export function readBlocks(): Block[] {
  const readme = readFileSync(resolve(import.meta.dir, "../../README.md"), "utf8");
  return [...readme.matchAll(/^```(\w*)(?: not run: (.+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", notRun = null, text = ""], index, all) => ({
      line: readme.slice(0, all[index]?.index).split("\n").length,
      language,
      text,
      notRun,
    }),
  );
}
