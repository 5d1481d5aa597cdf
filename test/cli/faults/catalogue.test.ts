/** The README of this folder is its catalogue: it holds the title of each test, and nothing else. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { freshDirectory } from "../../making/cli.ts";

test("each fault test has a number of its own, and stands in the catalogue as it is called", () => {
  const titles = listTitles();
  const numbers = [...titles.values()].flat().map((title) => /^[A-Z]\d+(?:\.\d+)* /.exec(title)?.[0] ?? title);
  expect(numbers.filter((number, at) => numbers.indexOf(number) < at)).toEqual([]);
  expect(numbers.filter((number) => number.endsWith(" "))).toEqual(numbers);
  expect(listCatalogue()).toEqual(Object.fromEntries(titles));
});

/** By file. A pattern that fits no test lets Bun name them all, and run none. */
function listTitles(): Map<string, string[]> {
  const report = join(freshDirectory(), "titles.xml");
  const { AR_TEST_LONG: _, ...env } = process.env;
  const words = ["test", import.meta.dir, "-t", "^$none", "--reporter=junit", `--reporter-outfile=${report}`];
  Bun.spawnSync([process.execPath, ...words], { env, stdout: "ignore", stderr: "ignore" });
  const xml = readFileSync(report, "utf8");
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"[^>]* file="([^"]*)"/g)];
  const titles = new Map<string, string[]>();
  for (const [, title = "", file = ""] of cases) {
    const name = basename(file);
    if (name !== basename(import.meta.path)) titles.set(name, [...(titles.get(name) ?? []), unescapeXml(title)]);
  }
  const files = readdirSync(import.meta.dir).filter((name) => name.endsWith(".test.ts")).length - 1;
  expect(titles.size).toBe(files);
  return titles;
}

/** By file: the entries below its heading. */
function listCatalogue(): Record<string, string[]> {
  const readme = readFileSync(join(import.meta.dir, "README.md"), "utf8");
  const sections = readme.split(/^## .*`(.+\.test\.ts)`$/m).slice(1);
  const pairs = sections.flatMap((name, at) => (at % 2 === 0 ? [[name, sections[at + 1] ?? ""] as const] : []));
  return Object.fromEntries(
    pairs.map(([name, text]) => [
      name,
      [...text.matchAll(/^- (.*)$/gm)].map(([, entry = ""]) => entry.replaceAll(/\\([^A-Za-z0-9])/g, "$1")),
    ]),
  );
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
