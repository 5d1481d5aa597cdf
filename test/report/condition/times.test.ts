/** From how many missed, late, early and overlapping runs on a rule is degraded. The window ends at 21:00 UTC. */
import { describe, expect, test } from "bun:test";
import type { RunRow } from "../../../src/report/rules/run-row.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { ago, every } from "../../making/findings.ts";
import { ruleOf } from "../../making/rules.ts";

const MINUTE_MS = 60_000;

/** Runs of a minute, all successful; the starts ascending. */
function ranAt(startsMs: number[]) {
  const runs = startsMs.toReversed().map((startedMs, index): RunRow => ({
    id: String(index),
    startedMs,
    endedMs: startedMs + MINUTE_MS,
    status: "success",
    records: null,
    error: null,
  }));
  const newestStartMs = startsMs.at(-1) ?? null;
  const lastSuccessMs = newestStartMs === null ? null : newestStartMs + MINUTE_MS;
  return rule("deals", { success: runs.length }, { runs: runs.slice(0, 50), startsMs, newestStartMs, lastSuccessMs });
}

/** The rule that ran at those times and was due at the first of them, and every hour or half hour since. */
function judge(startsMs: number[], due: string, hours = 24) {
  const window = { startMs: ago(hours), endMs: ago(0) };
  const previousStartMs = startsMs.findLast((startMs) => startMs < window.startMs) ?? null;
  const within = startsMs.filter((startMs) => startMs >= window.startMs - 5 * MINUTE_MS);
  const rules = [{ ...ranAt(startsMs), previousStartMs, startsMs: within }];
  const [deals] = report(activity({ window, rules, declaredRules: [declared("deals", every(due))] })).rules;
  return deals === undefined ? null : { condition: deals.condition, severity: deals.severity, message: deals.message };
}

const degraded = (severity: string, message: string) => ({ condition: "degraded", severity, message });
const isOk = { condition: "ok", severity: null };

/** Each half hour from midnight on, which was 21 hours ago. */
const halfHours = (count: number) => Array.from({ length: count }, (_, index) => ago(21 - index / 2));

describe("few missed runs warn nobody: fewer than three, and fewer than a tenth of those due", () => {
  test.each([
    { due: 40, missed: 2, severity: "info" },
    { due: 40, missed: 3, severity: "warning" },
    { due: 20, missed: 1, severity: "info" },
    { due: 20, missed: 2, severity: "warning" },
    { due: 10, missed: 1, severity: "warning" },
    { due: 6, missed: 1, severity: "warning" },
  ])("$missed of $due: $severity", ({ due, missed, severity }) => {
    const startsMs = halfHours(due).toSpliced(1, missed);
    expect(judge(startsMs, `0,30 0-${due / 2 - 1} * * *`)).toMatchObject(
      degraded(
        severity,
        expect.stringMatching(new RegExp(`^deals: ${missed} of ${due} runs due in 24 h did not start`)),
      ),
    );
  });
});

describe("late runs are told from three on, and from a fifth of those due", () => {
  test.each([
    { due: 10, late: 2, told: false },
    { due: 10, late: 3, told: true },
    { due: 20, late: 3, told: false },
    { due: 20, late: 4, told: true },
    { due: 30, late: 5, told: false },
    { due: 30, late: 6, told: true },
  ])("$late of $due: $told", ({ due, late, told }) => {
    const startsMs = halfHours(due).map((atMs, index) => (index < late ? atMs + 11 * MINUTE_MS : atMs));
    expect(judge(startsMs, `0,30 0-${due / 2 - 1} * * *`)).toMatchObject(
      told ? degraded("info", `deals: ${late} of ${due} runs due in 24 h started late`) : isOk,
    );
  });
});

describe("early runs are told from half of those due", () => {
  test.each([
    { due: 10, early: 4, told: false },
    { due: 10, early: 5, told: true },
    { due: 2, early: 1, told: true },
  ])("$early of $due: $told", ({ due, early, told }) => {
    const startsMs = halfHours(due).map((atMs, index) => (index < early ? atMs - 2 * MINUTE_MS : atMs));
    const found = judge(startsMs, `0,30 0-${due / 2 - 1} * * *`);
    expect(found).toMatchObject(
      told
        ? degraded(
            "info",
            `deals: ${early} of ${due} runs due in 24 h started before their time: the clock of its worker is ahead`,
          )
        : isOk,
    );
  });

  test("not by half a minute", () => {
    const startsMs = halfHours(10).map((atMs) => atMs - MINUTE_MS / 2);
    expect(judge(startsMs, "0,30 0-4 * * *")).toMatchObject(isOk);
  });
});

describe("overlapping runs are told from three on, and from three tenths of the known ones", () => {
  test.each([
    { runs: 10, overlapping: 3, told: true },
    { runs: 11, overlapping: 3, told: false },
    { runs: 5, overlapping: 2, told: false },
    { runs: 20, overlapping: 6, told: true },
    { runs: 20, overlapping: 5, told: false },
  ])("$overlapping of $runs: $told", ({ runs, overlapping, told }) => {
    const deals = ruleOf("deals", { runs: "s".repeat(runs), everyMinutes: 30, startedMinutesAgo: 20, tookMinutes: 5 });
    const longer = deals.runs.map((run, index) =>
      index >= 1 && index <= overlapping ? { ...run, endedMs: run.startedMs + 31 * MINUTE_MS } : run,
    );
    const [found] = report(activity({ rules: [{ ...deals, runs: longer }] })).rules;
    expect(found).toMatchObject(
      told
        ? degraded("info", `deals: ${overlapping} of its newest ${runs} runs started before the one before had ended`)
        : isOk,
    );
  });
});

describe("an interval that is kept on average", () => {
  /** Starts so many minutes apart, the last of them `silent` minutes ago. */
  const apart = (gaps: readonly number[], silent: number) =>
    gaps
      .map((_, index) => ago((silent + gaps.slice(index).reduce((sum, gap) => sum + gap, 0)) / 60))
      .concat(ago(silent / 60));
  const even = Array.from({ length: 50 }, () => 30);
  const jittered = Array.from({ length: 25 }, (_, index) => (index % 8 === 3 ? [48, 12] : [25, 35])).flat();
  test.each([
    { name: "it often pauses as long", gaps: jittered, silent: 47, condition: "degraded", severity: "info" },
    { name: "it never pauses as long", gaps: even, silent: 47, condition: "overdue" },
    { name: "one pause was as long", gaps: [...even.slice(2), 48, 12], silent: 47, condition: "overdue" },
    {
      name: "a second run would be due",
      gaps: jittered.map((gap) => (gap === 48 ? 70 : gap)),
      silent: 61,
      condition: "overdue",
    },
    { name: "too few are known", gaps: [48, 12, 48, 12, 30], silent: 47, condition: "overdue" },
  ])("every 30 minutes, silent for $silent, $name: $condition", ({ gaps, silent, condition, severity = "warning" }) => {
    expect(judge(apart(gaps, silent), "every 30 minutes")).toMatchObject({ condition, severity });
  });
  test.each([
    { name: "others of it are as long", gaps: [...jittered, 48], severity: "info" },
    { name: "others of it are whole intervals", gaps: [...even, 60, 60, 60, 48], severity: "info" },
    { name: "none of the others is as long", gaps: [...even, 48], severity: "warning" },
  ])("a pause within an hour, $name: $severity", ({ gaps, severity }) => {
    expect(judge(apart(gaps, 20), "every 30 minutes", 1)).toMatchObject({
      ...degraded(severity, expect.stringContaining("did not start")),
    });
  });
});
