/** The demo shows every condition that a rule can be in, at every time of day. */
import { expect, test } from "bun:test";
import { CONDITIONS } from "../../src/report/words.ts";
import { freshDirectory, runCli } from "../making/cli.ts";
import { reportsIn } from "../making/passes.ts";

test.each(Array.from({ length: 12 }, (_, index) => index * 2 + 1))("at %d o'clock", async (hour) => {
  const cwd = freshDirectory();
  const asOf = `2026-07-10T${String(hour).padStart(2, "0")}:25:00Z`;
  expect((await runCli(["demo", "--dir", ".", "--as-of", asOf], { cwd })).code).toBe(0);
  const { stdout } = await runCli(["generate", "--as-of", asOf, "--format", "json"], { cwd });
  const seen = new Set(reportsIn(stdout).flatMap(({ rules }) => rules.map(({ condition }) => condition)));
  expect(CONDITIONS.filter((condition) => !seen.has(condition))).toEqual([]);
});
