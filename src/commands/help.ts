import { EXIT } from "../errors.ts";
import type { Command } from "../help/commands.ts";
import { TOPICS } from "../help/topics.ts";
import { emit } from "../output/stdout.ts";
import { renderMarkdown } from "../render/terminal/markdown.ts";
import { PROGRAM } from "../version.ts";
import { defineCommand } from "./flags/command.ts";

/** Without a topic: the list of them. */
export default defineCommand({}, async () => {
  const longest = Math.max(...Object.keys(TOPICS).map((name) => name.length));
  await emit(
    [
      `${PROGRAM} help TOPIC explains a topic:`,
      "",
      ...Object.entries(TOPICS).map(([name, { summary }]) => `  ${name.padEnd(longest)}  ${summary}`),
      "",
      `${PROGRAM} help COMMAND shows a command's flags.`,
      `${PROGRAM} --help lists the commands.`,
      "",
    ].join("\n"),
  );
  return EXIT.ok;
});

/** A command that prints that topic. */
export function defineTopic(name: string): Command {
  return defineCommand({}, async ({ viewOf }) => {
    await emit(renderMarkdown((await TOPICS[name]?.load()) ?? "", viewOf()));
    return EXIT.ok;
  });
}
