/** What a process really writes to stderr. */
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LogOptions } from "../src/log.ts";
import { freshDirectory } from "./making/cli.ts";
import { makeFullPipe } from "./making/full-pipe.ts";
import type { Step } from "./making/log-speaker.ts";

const SPEAKER = resolve(import.meta.dir, "making/log-speaker.ts");
const TEXT: LogOptions = { format: "text", level: "normal", journal: false, terminal: false };

async function speak(options: LogOptions, steps: Step[]): Promise<string> {
  const parameters = [options, ...steps].map((each) => JSON.stringify(each));
  const child = Bun.spawn([process.execPath, SPEAKER, ...parameters], { stdout: "inherit", stderr: "pipe" });
  const [text, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect(code, text).toBe(0);
  return text;
}

/** As a daemon does that loads its configuration again: the password was changed. */
const RELOAD: Step[] = [
  { say: "a-secret b-secret" },
  { hide: ["a-secret"] },
  { say: "a-secret b-secret" },
  { hide: ["b-secret"] },
  { say: "a-secret b-secret", facts: { url: "postgres://a-secret@b-secret" } },
];

test.each([
  {
    name: "text",
    options: TEXT,
    lines: ["a-secret b-secret", "*** b-secret", "*** *** url=postgres://***@***"],
  },
  {
    name: "lines for journald",
    options: { ...TEXT, journal: true },
    lines: ["<6>a-secret b-secret", "<6>*** b-secret", "<6>*** *** url=postgres://***@***"],
  },
  {
    name: "JSON",
    options: { ...TEXT, format: "json" as const },
    lines: [
      '"message":"a-secret b-secret"}',
      '"message":"*** b-secret"}',
      '"message":"*** ***","url":"postgres://***@***"}',
    ],
  },
])("$name: what is hidden stays hidden when more is", async ({ options, lines }) => {
  const said = (await speak(options, RELOAD)).replaceAll(/^\{"time":"[^"]+","level":"info",/gm, "");
  expect(said).toBe(lines.map((line) => `${line}\n`).join(""));
});

test("JSON: what acts on a terminal is escaped in messages and facts", async () => {
  const hostile = "\u009b2J\u202e\u{e0041}\ufe0f\u200b";
  const said = await speak({ ...TEXT, format: "json" }, [{ say: hostile, facts: { rule: hostile } }]);
  expect(said).toMatch(/^[\n\u0020-\u007e]+$/);
  expect(JSON.parse(said)).toMatchObject({ message: hostile, rule: hostile });
});

test("what the message says already is a field of JSON lines, and not repeated in text", async () => {
  const steps: Step[] = [
    { say: "genius could not be read: a-secret", facts: { n: "1" }, said: { crm: "genius", reason: "a-secret" } },
  ];
  expect(await speak(TEXT, [{ hide: ["a-secret"] }, ...steps])).toBe("genius could not be read: *** n=1\n");
  const line = await speak({ ...TEXT, format: "json" }, [{ hide: ["a-secret"] }, ...steps]);
  expect(JSON.parse(line)).toMatchObject({
    level: "info",
    message: "genius could not be read: ***",
    crm: "genius",
    reason: "***",
    n: "1",
  });
});

test("what a pipe does not take within a second is left out, and counted once it is read again", async () => {
  const pipe = makeFullPipe();
  const [told, goOn] = [join(freshDirectory(), "told"), join(freshDirectory(), "go-on")];
  const steps: Step[] = [{ say: "a" }, { say: "b" }, { tell: told, wait: goOn }, { say: "c" }, { say: "d" }];
  const parameters = [TEXT, ...steps].map((each) => JSON.stringify(each));
  const child = Bun.spawn([process.execPath, SPEAKER, ...parameters], { stdout: "inherit", stderr: pipe.end });
  while (!existsSync(told)) await Bun.sleep(10);
  expect(pipe.drain()).toMatch(/^x+$/);
  writeFileSync(goOn, "");
  expect(await child.exited).toBe(0);
  expect(pipe.drain()).toBe("warning: 2 lines are missing here: nothing took them from stderr\nc\nd\n");
});
