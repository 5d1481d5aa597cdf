/** What `--help` prints: left-aligned, as wide as the terminal, with two examples each that are right. */
import { describe, expect, test } from "bun:test";
import { checkArguments, expandShort } from "../../src/commands/flags/arguments.ts";
import { COMMANDS } from "../../src/cli.ts";
import { listDescribed } from "../../src/described.ts";
import type { CommandHelp, Entry } from "../../src/help/commands.ts";
import { writePage } from "../../src/help/page.ts";
import { TOPICS } from "../../src/help/topics.ts";
import { renderUsage } from "../../src/help/usage.ts";

const PLAIN = { width: 60, color: false, ascii: false };
const HELP: CommandHelp = {
  names: ["weigh", "weigh_all"],
  summary: "Weigh what is there",
  runs: true,
  commands: [],
  flags: [
    {
      name: "--scale",
      short: "-s",
      description: "which scale; the newest where none is named, however old it may be",
      everyday: true,
      value: { hint: "NAME", kind: "text", choices: [], preset: "kitchen" },
    },
    { name: "--round", short: null, description: "whole kilograms", everyday: false, value: null },
  ],
  words: [
    { hint: "THING", description: "what is weighed", required: true, kind: "text" },
    { hint: "OTHER", description: "something else", required: false, kind: "text" },
  ],
  examples: [
    { line: "weigh apple", does: "an apple" },
    { line: "weigh apple --scale shop", does: "the same apple, on another scale than that of the kitchen" },
  ],
  topic: "counting",
  exits: [0, 1, 2],
  meanings: { 1: "It is too heavy." },
};

test("the whole page of a command", () => {
  expect(renderUsage(writePage(HELP), PLAIN)).toBe(`Weigh what is there.

Usage:
  automation-reports weigh THING [OTHER] [flags]
  Accepted as weigh_all too.

Examples:
  # an apple
  automation-reports weigh apple
  # the same apple, on another scale than that of the
  # kitchen
  automation-reports weigh apple --scale shop

Words:
  THING  what is weighed
  OTHER  something else

Flags:
  -s, --scale NAME  which scale; the newest where none is
                    named, however old it may be; kitchen by
                    default

More flags:
      --round       whole kilograms

Exit codes:
  0  All that was asked for was made and delivered.
  1  It is too heavy.
  2  Usage or configuration error. Nothing was run.

automation-reports help counting explains more.
`);
});

test("with colour the titles are bold, and nothing else is changed", () => {
  const colored = renderUsage(writePage(HELP), { ...PLAIN, color: true });
  expect(colored).toContain("\u001b[1mFlags:\u001b[22m\n");
  expect(Bun.stripANSI(colored)).toBe(renderUsage(writePage(HELP), PLAIN));
});

describe.each([40, 80, 120])("at %d columns", (width) => {
  test.each(listDescribed().map((help) => [help.names[0] || "the program", help] as const))("%s", (_, help) => {
    const lines = renderUsage(writePage(help), { width, color: false, ascii: false }).split("\n");
    const shown = help.examples.map(({ line }) => `  automation-reports ${line}`);
    const wide = lines.filter((line) => !shown.includes(line) && Bun.stringWidth(line) > Math.min(width, 100));
    // A word alone cannot be wrapped.
    expect(wide.filter((line) => line.trim().includes(" "))).toEqual([]);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });
});

describe("every command that is no topic", () => {
  const commands = listDescribed().filter(({ names: [name] }) => !name.startsWith("help "));

  test.each(commands.map(({ names: [name], examples }) => [name || "the program", examples] as const))(
    "%s has two examples, which are right command lines",
    async (_, examples) => {
      expect(examples).toHaveLength(2);
      for (const { line } of examples) {
        const words =
          line
            .replaceAll(/\$\([^)]*\)/g, "today")
            .split(/ (?:\||>|\|\|) /)[0]
            ?.split(" ") ?? [];
        const { entry, path, rest } = findEntry(words);
        const command = await entry?.load?.();
        if (command === undefined) expect(line).toBe("a command that runs");
        else checkArguments(command, expandShort(rest.map((word) => word.replaceAll('"', ""))), path);
      }
    },
  );

  test.each(commands.flatMap(({ names: [name], topic }) => (topic === null ? [] : [[name, topic] as const])))(
    "%s names a topic that there is",
    (_, topic) => expect(Object.keys(TOPICS)).toContain(topic),
  );

  test("only the program itself and help name none", () => {
    expect(commands.flatMap(({ names: [name], topic }) => (topic === null ? [name] : []))).toEqual(["", "help"]);
  });

  test("everyday flags stand before the others, and the configuration is the last of them", () => {
    const flags = listDescribed().find(({ names: [name] }) => name === "generate")?.flags ?? [];
    expect(flags.flatMap(({ name, everyday }) => (everyday ? [name] : []))).toEqual([
      "--crm",
      "--time-window",
      "--as-of",
      "--detailed",
      "--format",
      "--output",
      "--fail-on",
      "--export-json",
      "--config",
    ]);
    expect(flags.findLastIndex(({ everyday }) => everyday)).toBeLessThan(flags.findIndex(({ everyday }) => !everyday));
  });

  test("short flags are shown where they are typed", () => {
    const letters = listDescribed().flatMap(({ flags }) =>
      flags.flatMap(({ name, short }) => (short === null ? [] : [`${short} ${name}`])),
    );
    expect([...new Set(letters)].toSorted()).toEqual([
      "-c --config",
      "-f --format",
      "-h --help",
      "-o --output",
      "-q --quiet",
      "-v --verbose",
    ]);
  });
});

test("a hidden command is described nowhere", () => {
  expect(COMMANDS["completion"]?.commands?.["names"]).toBeDefined();
  expect(JSON.stringify(listDescribed())).not.toContain("completion names");
});

function findEntry(words: string[]): { entry: Entry | undefined; path: string[]; rest: string[] } {
  let entries: Record<string, Entry> = COMMANDS;
  let entry: Entry | undefined;
  for (const [index, word] of words.entries()) {
    if (entries[word] === undefined) return { entry, path: words.slice(0, index), rest: words.slice(index) };
    entry = entries[word];
    entries = entry?.commands ?? {};
  }
  return { entry, path: words, rest: [] };
}
