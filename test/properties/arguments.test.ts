/** Whatever is typed: a typed error or a right reading; no crash, no hang, no secret of the configuration. */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chooseCrms, readConcurrency, readTimeout } from "../../src/commands/flags/crms.ts";
import { readInstant, readWindow } from "../../src/commands/flags/flags.ts";
import { AppError } from "../../src/errors.ts";
import type { Ending } from "../making/argument-runner.ts";
import { draws } from "../making/draws.ts";
import { mutate, mutateList } from "../making/mutations.ts";
import { crmConfig } from "../making/reports.ts";

const CANARY = "s3cr3t-canary";
const SLOWEST_MS = 5000;
const NOW_MS = Date.parse("2026-07-10T21:00:00Z");

const values = fc.oneof(
  fc.constantFrom(
    "hubspot",
    "genius,hubspot",
    "all",
    "24",
    "7d",
    "90m",
    "2026-07-10T21:00:00Z",
    "json",
    "table",
    "critical",
    "30s",
    "4",
    "-5",
    "",
    "x=y",
  ),
  mutate(
    fc.constantFrom(
      "hubspot,genius",
      "24",
      "1e3",
      "366d",
      "2026-07-10T21:00:00Z",
      "-271821-04-20T00:00:00Z",
      "+275760-09-13T00:00:00Z",
      "2026-07-10T21:00:00+14:00[UTC]",
      "json",
      "64",
    ),
  ).map(({ text }) => text),
);
const flags = fc.constantFrom(
  "--config",
  "--crm",
  "--time-window",
  "--as-of",
  "--detailed",
  "--format",
  "--output",
  "--export-json",
  "--output-dir",
  "--fail-on",
  "--timeout",
  "--concurrency",
  "--color",
  "--no-color",
  "--quiet",
  "--verbose",
  "--log-format",
  "--dialect",
  "--baseline",
  "--input",
  "--no-store",
  "--limit",
  "--schedule",
  "--since",
  "--until",
  "--older-than",
  "--status",
  "--help",
  "-h",
  "--version",
  "-v",
  "--no-detailed",
  "--__proto__",
  "--constructor",
  "--toString",
  "--no-toString",
  "--",
  "-",
  "---",
  "--=",
  "--crm=",
  "-c",
  "-qv",
);
/** `demo` writes files and `serve` stays: they are typed wrong below, never right. */
const commands = fc.constantFrom(
  ["generate"],
  ["check"],
  ["completion", "zsh"],
  ["generate"],
  ["generate_automation_reports"],
  ["config", "check"],
  ["config", "init"],
  ["config", "show"],
  ["config"],
  ["history", "list"],
  ["history", "show"],
  ["history", "diff", "a"],
  ["schedule", "list"],
  ["schedule", "run"],
  ["schedule", "history"],
  ["schedule", "status"],
  ["store", "check"],
  ["store", "prune"],
  ["store", "backup"],
  ["systemd", "print"],
  ["schema"],
  ["schema", "report"],
  ["schema", "pass"],
  ["schema", "config"],
  ["schema", "sql"],
  ["help"],
  ["help", "generate"],
  [],
);
const words = fc.oneof(
  values,
  flags,
  fc.tuple(flags, values).map(([flag, value]) => `${flag}=${value}`),
);
const typed = fc
  .tuple(
    commands,
    fc.array(
      fc.oneof(
        flags.map((flag) => [flag]),
        fc.tuple(flags, values),
      ),
      { maxLength: 6 },
    ),
  )
  .map(([command, rest]) => [...command, ...rest.flat()]);
const argumentLists = mutateList(typed, words).filter(
  ([command]) => !["demo", "serve", "--serve", "record"].includes(command ?? ""),
);

test("whatever is typed", async () => {
  const directory = mkdtempSync(join(tmpdir(), "automation-reports-arguments-"));
  const config = join(directory, "config.toml");
  writeFileSync(config, `[crm.hubspot]\nurl = "postgres://u:${CANARY}@h:port/d"\n`);
  const { numRuns, seed } = draws(2000, 30_000);
  const lists = fc.sample(argumentLists, { numRuns, seed });
  const endings: Ending[] = [];
  const child = Bun.spawn([process.execPath, resolve(import.meta.dir, "../making/argument-runner.ts"), config], {
    cwd: directory,
    ipc: (ending: Ending) => endings.push(ending),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  child.send(lists);
  const watch = setInterval(() => checkProgress(), SLOWEST_MS);
  let seen = -1;
  const checkProgress = () => {
    if (endings.length === seen) child.kill("SIGKILL");
    seen = endings.length;
  };
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  clearInterval(watch);
  expect(endings.filter((ending) => ending.kind === "crash" || ending.ms > SLOWEST_MS)).toEqual([]);
  expect(lists[endings.length], "the first list that never ended").toBeUndefined();
  for (const ending of endings) {
    if (ending.kind === "code")
      expect([ending.args, [0, 2].includes(Number(ending.code))]).toEqual([ending.args, true]);
    if (ending.kind === "typed") expect(ending.message).toMatch(/^(?:usage|config): /);
  }
  expect(`${stdout}${stderr}${JSON.stringify(endings)}`).not.toContain(CANARY);
  expect(stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  // Else the property would only say that every mutation is refused: some lists are right.
  expect(endings.filter((ending) => ending.kind === "code").length).toBeGreaterThan(100);
});

test("whatever value a flag has", () => {
  const crms = ["hubspot", "genius"].map((name) => crmConfig("sqlite:x", {}, name));
  fc.assert(
    fc.property(values, values, (value, other) => {
      const window =
        usageOr(() => readWindow(value, other, NOW_MS)) ?? usageOr(() => readWindow(value, undefined, NOW_MS));
      if (window !== null) {
        expect(window.endMs).toBeLessThanOrEqual(NOW_MS);
        expect(window.endMs - window.startMs).toBeWithin(60_000, 366 * 86_400_000 + 1);
        for (const ms of [window.startMs, window.endMs, 2 * window.startMs - window.endMs]) {
          expect(new Date(ms).toISOString()).toMatch(/^\d{4}-/);
        }
      }
      expect(Number.isInteger(usageOr(() => readTimeout(value)) ?? 0)).toBe(true);
      expect(Number.isInteger(usageOr(() => readConcurrency(value)) ?? 1)).toBe(true);
      expect(Number.isInteger(usageOr(() => readInstant("--as-of", value)) ?? 0)).toBe(true);
      const chosen = usageOr(() => chooseCrms(value, crms));
      if (chosen !== null) expect(chosen.length).toBeGreaterThan(0);
    }),
    draws(2000, 50_000),
  );
});

/** What was read; null where it was refused as wrong usage, in words that do nothing to a terminal. */
function usageOr<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.kind).toBe("usage");
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    return null;
  }
}
