/** Why a rule is in its condition, from the report alone. The window ends at 21:00 UTC. */
import { describe, expect, test } from "bun:test";
import { adviseOnFinding } from "../../src/report/advice/advice.ts";
import { explainRule, type Origins } from "../../src/report/explain.ts";
import type { ReadActivity } from "../../src/report/activity.ts";
import { activity, declared, report } from "../making/activities.ts";
import { ago, every } from "../making/findings.ts";
import { ruleOf } from "../making/rules.ts";

const nothingSet: Origins = () => null;
const made = (facts: Partial<ReadActivity> & { source?: string }, detailed = true) =>
  report(activity(facts), { detailed });
const hourly = every("every 1 hours");

const failing = made({
  rules: [ruleOf("deals", { runs: `${"s".repeat(20)}fff`, everyMinutes: 60, error: "HTTP 401", records: 7 })],
  declaredRules: [declared("deals", hourly)],
});

test("its condition, its newest runs and errors, and what to do", () => {
  const explained = explainRule(failing, "deals", [], nothingSet);
  expect(explained).toMatchObject({
    source: "hubspot",
    rule: { condition: "failing", severity: "critical", since: "2026-07-10T18:55:00Z" },
    week_before: null,
    around: [],
    around_omitted: 0,
  });
  expect(explained?.runs).toHaveLength(20);
  expect(explained?.runs?.[0]).toEqual({
    id: "23",
    status: "failed",
    started_at: "2026-07-10T20:50:00Z",
    ended_at: "2026-07-10T20:55:00Z",
    duration_seconds: 300,
    records: 7,
    error: "HTTP 401",
  });
  expect(explained?.errors.map(({ at }) => at)).toEqual([
    "2026-07-10T20:55:00Z",
    "2026-07-10T19:55:00Z",
    "2026-07-10T18:55:00Z",
  ]);
  expect(explained?.advice).toEqual([expect.stringContaining("HTTP 401")]);
});

test("of a thousand rules that failed with it a dozen are named, the nearest in time first, and the rest counted", () => {
  const names = ["deals", ...Array.from({ length: 40 }, (_, index) => `rule_${index}`)];
  const together = made({
    rules: names.map((name, index) =>
      ruleOf(name, { runs: `${"s".repeat(20)}${"f".repeat(index > 30 ? 4 : 3)}`, everyMinutes: 20, error: "HTTP 401" }),
    ),
    declaredRules: [],
  });
  const explained = explainRule(together, "deals", [], nothingSet);
  expect([explained?.around.length, explained?.around_omitted]).toEqual([12, 28]);
  const distances = explained?.around.map(({ since }) =>
    Math.abs(Date.parse(since) - Date.parse(explained.rule.since ?? "")),
  );
  expect(distances).toEqual(distances?.toSorted((a, b) => a - b));
});

describe("errors of failures that are not among the newest runs", () => {
  const kind = (message: string | null, hoursAgo: number, n: number) => ({
    rule: "deals",
    n,
    message,
    firstMs: ago(hoursAgo + n),
    lastMs: ago(hoursAgo),
    current: true,
    minutes: [],
  });
  // Of a run each hour that ended 5 minutes before: those of 8, 9 and 11 hours ago failed, and their messages were not read.
  const explained = (failures: ReturnType<typeof kind>[]) =>
    explainRule(
      made({
        rules: [ruleOf("deals", { runs: `${"s".repeat(11)}fsff${"s".repeat(8)}`, everyMinutes: 60 })],
        failures,
      }),
      "deals",
      [],
      nothingSet,
    );
  const at = (hours: number) => hours + 5 / 60;

  test("the newest of each kind has its message, and the others are counted", () => {
    const told = explained([kind("HTTP 429", at(8), 2), kind("read timeout after 30 s", at(11), 1)]);
    expect(told?.errors).toEqual([
      { at: "2026-07-10T12:55:00Z", message: "HTTP 429", runs: 2 },
      { at: "2026-07-10T09:55:00Z", message: "read timeout after 30 s", runs: 1 },
    ]);
    expect(told?.runs?.filter(({ status }) => status === "failed").map(({ error }) => error)).toEqual([
      "HTTP 429",
      null,
      "read timeout after 30 s",
    ]);
    expect(told?.errors_note).toBe(
      "1 failed run of the list shown without a message: messages are read of its newest 5 failures and of the newest failure of each kind",
    );
  });

  test("a kind whose runs are older than those listed is told, too", () => {
    expect(explained([kind("disk full", 21, 3)])?.errors).toEqual([
      { at: "2026-07-10T00:00:00Z", message: "disk full", runs: 3 },
    ]);
  });

  test("two kinds of one moment: the run is given neither message", () => {
    const told = explained([kind("a", at(8), 1), kind("b", at(8), 1)]);
    expect(told?.runs?.map(({ error }) => error).filter((error) => error !== null)).toEqual([]);
    expect(told?.errors.map(({ message }) => message)).toEqual(["a", "b"]);
  });

  test("no message recorded is said to be so", () => {
    const told = explained([kind(null, at(8), 3)]);
    expect([told?.errors, told?.errors_note]).toEqual([[], "3 failed runs of the list: no message is recorded"]);
  });
});

describe("an outage of the whole CRM", () => {
  const error = 'FATAL: password authentication failed for user "etl"';
  const down = made({
    rules: [
      ruleOf("deals", { runs: `${"s".repeat(10)}${"f".repeat(10)}`, everyMinutes: 60, error }),
      ruleOf("jobs", { runs: `${"s".repeat(10)}ff`, everyMinutes: 240, error }),
      ruleOf("users", { runs: "ssssssf", everyMinutes: 1000, error }),
      ruleOf("well", { runs: "s".repeat(24), everyMinutes: 60 }),
    ],
    failures: [
      { rule: "deals", n: 10 },
      { rule: "jobs", n: 2 },
      { rule: "users", n: 1 },
    ].map(({ rule, n }) => ({
      rule,
      n,
      message: error,
      firstMs: ago(10),
      lastMs: ago(0.2),
      current: true,
      minutes: [],
    })),
  });

  test.each(["deals", "jobs", "users"])("%s: the advice on its cause, and every rule that has it", (name) => {
    const explained = explainRule(down, name, [], nothingSet);
    expect(explained?.advice).toEqual([
      expect.stringMatching(/^(Renew its credentials: FATAL|.*; renew its credentials)/),
    ]);
    expect(explained?.same_error).toEqual({ message: error, runs: 13, rules: ["deals", "jobs", "users"] });
  });

  test("each finding of a rule has the advice, also where a recommendation tells it of the CRM as a whole", () => {
    const told = down.findings.flatMap((finding, index) =>
      finding.id === "rule-failing" ? adviseOnFinding(down, index) : [],
    );
    expect(told).toHaveLength(3);
    expect(told.filter((advice) => /renew its credentials/i.test(advice))).toHaveLength(3);
  });

  test("of what is over, none asks for a cure any more", () => {
    const findings = down.findings.map((finding) => ({ ...finding, evidence: { ...finding.evidence, over: true } }));
    const ended = { ...down, findings, recommendations: [] };
    const told = findings.map(({ id }, index) =>
      (id === "failures-many" ? adviseOnFinding(ended, index) : []).join(""),
    );
    expect(told.filter((advice) => advice !== "")).toEqual([
      expect.stringContaining("so that it does not come again") as string,
    ]);
  });

  test("a rule that is well has none of it", () => {
    expect(explainRule(down, "well", [], nothingSet)).toMatchObject({ advice: [], same_error: null });
  });

  test("of several that stopped, each is advised on", () => {
    const stopped = made({
      rules: ["deals", "jobs", "users"].map((name) =>
        ruleOf(name, { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 600 }),
      ),
      declaredRules: ["deals", "jobs", "users"].map((name) => declared(name, hourly)),
    });
    expect(explainRule(stopped, "jobs", [], nothingSet)?.advice).toEqual([
      "Check that the scheduler and its workers are running: several rules stopped",
    ]);
  });
});

test("the eleventh rule that needs something is advised on as the first is, and one that is well is not", () => {
  const names = Array.from({ length: 12 }, (_, index) => `r${String(index).padStart(2, "0")}`);
  const slow = made({
    rules: [
      ...names.map((name, index) =>
        ruleOf(name, { runs: "s".repeat(24), everyMinutes: 60, startedMinutesAgo: index < 11 ? 240 : 10 }),
      ),
      ...Array.from({ length: 20 }, (_, index) => ruleOf(`well${index}`, { runs: "s".repeat(24), everyMinutes: 60 })),
    ],
    declaredRules: names.map((name) => declared(name, hourly)),
  });
  expect(slow.recommendations).toHaveLength(10);
  const advise = (name: string) => explainRule(slow, name, [], nothingSet)?.advice;
  expect(names.map(advise)).toEqual([
    ...names.slice(0, 11).map((name) => [`Restart ${name}, or its scheduler and worker`]),
    [],
  ]);
});

test("a rule that is not there, and runs that were not kept", () => {
  expect(explainRule(failing, "constructor", [], nothingSet)).toBeNull();
  const brief = made({ rules: [ruleOf("deals", { runs: "sss", everyMinutes: 60 })] }, false);
  expect(explainRule(brief, "deals", [], nothingSet)).toMatchObject({ runs: null, errors: [], week_before: null });
});

test("what the same rule did a week before", () => {
  const deals = ruleOf("deals", { runs: "sss", everyMinutes: 60 }, { weekBefore: { total: 24, successful: 23 } });
  expect(explainRule(made({ rules: [deals] }), "deals", [], nothingSet)?.week_before).toEqual({
    total: 24,
    successful: 23,
  });
});

test("nothing is said of a week before that was over when the table begins", () => {
  const deals = ruleOf("deals", { runs: "sss", everyMinutes: 60 }, { weekBefore: { total: 20, successful: 20 } });
  const weekBefore = (tableSinceMs: number) =>
    explainRule(made({ rules: [deals], tableSinceMs }), "deals", [], nothingSet)?.week_before;
  // The window of the week before ended 168 hours before this one.
  expect(weekBefore(ago(168))).toBeNull();
  expect(weekBefore(ago(169))).toEqual({ total: 20, successful: 20 });
});

describe("where its limits come from", () => {
  const limitsOf = (facts: Partial<ReadActivity>, origins: Origins) =>
    explainRule(made(facts), "deals", [], origins)?.limits.map(({ seconds, from }) => [seconds, from]);

  test("its schedule", () => {
    const facts = {
      rules: [ruleOf("deals", { runs: "s".repeat(24), everyMinutes: 60 })],
      declaredRules: [declared("deals", hourly)],
    };
    expect(limitsOf(facts, nothingSet)).toEqual([
      [5400, "its schedule (every 1h)"],
      [10_800, "its schedule (every 1h)"],
      [900, "three times its longest usual duration"],
      [3600, "its schedule"],
    ]);
  });

  test("the configuration: the line is named", () => {
    const settings = { freshness: { warnAfterMs: 3_600_000, errorAfterMs: null }, staleAfterMs: 60_000 };
    const configured = report(activity({ rules: [ruleOf("deals", { runs: "ssss", everyMinutes: 60 })] }), {
      detailed: true,
      settings,
    });
    const origins: Origins = (key) => (key === "error_after" ? null : `[crm.hubspot], ${key}`);
    expect(explainRule(configured, "deals", [], origins)?.limits.map(({ seconds, from }) => [seconds, from])).toEqual([
      [3600, "[crm.hubspot], warn_after"],
      [null, "the configuration"],
      [60, "[crm.hubspot], stale_after"],
      [3600, "its newest runs"],
    ]);
  });

  test.each<{ name: string; facts: Partial<ReadActivity>; is: [number, string] }>([
    {
      name: "no run is known",
      facts: { rules: [], declaredRules: [declared("deals", hourly)], knownSinceMs: 0 },
      is: [7200, "default: too little is known of how long it takes"],
    },
    {
      name: "it takes a minute",
      facts: { rules: [ruleOf("deals", { runs: "s".repeat(24), everyMinutes: 60, tookMinutes: 1 })] },
      is: [600, "default: three times its longest usual duration is less"],
    },
  ])("a run is stale by default: $name", ({ facts, is }) => {
    expect(limitsOf(facts, nothingSet)?.[2]).toEqual(is);
  });

  test("nothing, where too little is known", () => {
    expect(limitsOf({ rules: [ruleOf("deals", { runs: "s", everyMinutes: 60 })] }, nothingSet)?.[0]).toEqual([
      null,
      "nothing: no schedule, and too few runs",
    ]);
  });
});

test("what else changed within an hour, in this CRM and in others; not what is well, and not another time", () => {
  const stopped = (name: string, minutes: number) =>
    ruleOf(name, { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: minutes });
  const own = made({
    rules: [stopped("deals", 300), stopped("jobs", 310), ruleOf("users", { runs: "s".repeat(20), everyMinutes: 60 })],
    declaredRules: ["deals", "jobs", "users"].map((name) => declared(name, hourly)),
  });
  const other = made({
    source: "genius",
    rules: [stopped("leads", 320), stopped("quotes", 900)],
    declaredRules: ["leads", "quotes"].map((name) => declared(name, hourly)),
  });
  expect(explainRule(own, "deals", [own, other], nothingSet)?.around).toEqual([
    {
      source: "hubspot",
      rule_name: "jobs",
      condition: "overdue",
      since: new Date(ago(310 / 60 - 1)).toISOString().replace(".000", ""),
    },
    {
      source: "genius",
      rule_name: "leads",
      condition: "overdue",
      since: new Date(ago(320 / 60 - 1)).toISOString().replace(".000", ""),
    },
  ]);
});
