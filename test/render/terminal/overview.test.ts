/** Every CRM of a pass in one screen: worst first, each told once, as much of it as there are lines. */
import { describe, expect, test } from "bun:test";
import { renderPass } from "../../../src/render/terminal/pass.ts";
import type { FailureRow } from "../../../src/report/activity.ts";
import type { Finding, Report } from "../../../src/report/document/schema.ts";
import type { View } from "../../../src/render/view.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { every } from "../../making/findings.ts";
import { failedOutcome, madeOutcome, passDocument } from "../../making/passes.ts";
import { WINDOW } from "../../making/reports.ts";
import { ruleOf } from "../../making/rules.ts";
import { viewOf } from "../../making/views.ts";

const HOUR_MS = 3_600_000;
const at = (time: string) => Date.parse(`2026-07-10T${time}:00Z`);

const well = (source: string) =>
  report(activity({ source, rules: [ruleOf("a", { runs: "s".repeat(24), everyMinutes: 60 })] }));
/** So many rules of which the newest five of ten runs failed, for one cause unless each has its own error. */
const failing = (source: string, rules = 1, errorOf: (index: number) => string = () => "HTTP 401 Unauthorized") =>
  report(
    activity({
      source,
      rules: Array.from({ length: rules }, (_, index) =>
        ruleOf(`r${index}`, { runs: "sssssfffff", everyMinutes: 60, error: errorOf(index) }),
      ),
    }),
  );
const quiet = (source: string) => report(activity({ source }));
const silent = (source: string) =>
  report(
    activity({
      source,
      rules: ["a", "b", "c"].map((name) =>
        ruleOf(name, { runs: "s".repeat(40), everyMinutes: 30, startedMinutesAgo: 3000 }),
      ),
      declaredRules: ["a", "b", "c"].map((name) => declared(name, every("every 30 minutes"))),
    }),
  );
const tableless = (source: string) =>
  report({
    kind: "missing",
    preset: null,
    lookedFor: ["sync_history"],
    elsewhere: [],
    where: "database d",
    source,
    window: WINDOW,
    querySeconds: 0,
  });
const littleKnown = (source: string) => report(activity({ source, rules: [rule("a", { success: 1 })] }));

type Unread = [source: string, reason: string];
type Given = { reports?: Report[]; unread?: Unread[]; findings?: Finding[]; view?: Partial<View> };

/** The lines between the head and the last ones. */
function body({ reports = [], unread = [], findings = [], view = {} }: Given): string[] {
  const outcomes = [...reports.map(madeOutcome), ...unread.map(([source, reason]) => failedOutcome(source, reason))];
  const text = renderPass(passDocument({ outcomes, findings }), reports, viewOf({ width: 80, ...view }));
  const lines = text.split("\n");
  const first = lines.findIndex((line) => /^(?:[✗!✓?x+] |▁–)/.test(Bun.stripANSI(line)));
  const verdict = lines.findIndex((line) => /^[✗!✓?] \w+ · [^·]*\bread\b/.test(Bun.stripANSI(line)));
  return lines.slice(first, verdict);
}

test("CRMs whose table is not there are told once, as those that were not read are", () => {
  const why = "no table to read: looked for sync_history in database d";
  expect(body({ reports: [tableless("a"), well("b"), tableless("c")], view: { width: 160 } })).toEqual([
    `✗ a, c  no table  ${why}`,
    "✓ b",
  ]);
});

test("runs of which no rate is known are none the less runs", () => {
  const reports = [
    report(activity({ source: "half", rules: [rule("a", { success: 6, failed: 6, unknown: 12 })] })),
    report(activity({ source: "odd", rules: [rule("a", { unknown: 12 })] })),
    quiet("quiet"),
  ];
  const lines = body({ reports, view: { width: 160 } });
  expect(
    lines.map((line) => /(half|odd|quiet) +(no \w+)/.exec(line)?.slice(1) ?? []).filter(({ length }) => length > 0),
  ).toEqual([
    ["half", "no rate"],
    ["odd", "no rate"],
    ["quiet", "no runs"],
  ]);
});

test("the order of urgency: a line each, those that are well together", () => {
  const reports = [
    well("a_well"),
    littleKnown("little"),
    quiet("quiet"),
    failing("one"),
    well("b_well"),
    failing("two", 2),
    silent("silent"),
    tableless("bare"),
  ];
  expect(body({ reports, unread: [["dead", "db:5432 refuses the connection"]], view: { width: 130 } })).toEqual([
    "✗ dead    not read      db:5432 refuses the connection",
    "✗ bare    no table      no table to read: looked for sync_history in database d",
    "✗ silent  silent        nothing since 8 Jul 19:00: 3 rules stopped",
    "✗ two     50.0 % of 20  2 rules failed 10 times since 16:55: HTTP 401 Unauthorized (r0, r1)",
    "                        10 of 20 failed",
    "✗ one     50.0 % of 10  r0 failed 5 times since 16:55: HTTP 401 Unauthorized",
    "                        5 of 10 failed",
    "! quiet   no runs       Nothing ran in 24 h; no run of this CRM is known",
    "? little  100.0 % of 1  too little is known to judge it",
    "✓ a_well, b_well",
  ]);
});

test("every mark has its colour", () => {
  const lines = body({
    reports: [well("w"), littleKnown("l"), quiet("q"), failing("f")],
    unread: [["dead", "away"]],
    view: { color: true, width: 110 },
  }).filter((line) => !line.startsWith(" "));
  const starts = ["38;5;160m✗", "38;5;160m✗", "38;5;130m!", "38;5;243m?", "38;5;28m✓"];
  expect(lines.map((line) => /^\u001b\[(.*?)\u001b/.exec(line)?.[1] ?? "")).toEqual(starts);
});

describe("CRMs that are well", () => {
  const names = Array.from({ length: 60 }, (_, index) => `crm_${index + 100}`);

  test("share a line, and more where they are many", () => {
    expect(body({ reports: names.slice(0, 10).map(well) })).toEqual([
      "✓ crm_100, crm_101, crm_102, crm_103, crm_104, crm_105, crm_106, crm_107,",
      "  crm_108, crm_109",
    ]);
  });

  test("too many for three lines take one, which says how many more there are", () => {
    const lines = body({ reports: names.map(well) });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/ and \d+ more$/);
  });
});

describe("CRMs that were not read", () => {
  test("for one reason are told once", () => {
    const unread: Unread[] = [
      ["a", "db:5432 is away"],
      ["b", "the file is gone"],
      ["c", "db:5432 is away"],
    ];
    expect(body({ unread })).toEqual(["✗ a, c  not read  db:5432 is away", "✗ b     not read  the file is gone"]);
  });

  test("the finding of the pass about them says nothing more", () => {
    const finding: Finding = {
      id: "warehouse-unreachable",
      severity: "critical",
      rule_name: null,
      message: "One cause for 2 CRMs (a, c): db:5432 is away",
      evidence: { sources: ["a", "c"] },
    };
    const unread: Unread[] = ["a", "c"].map((source) => [source, "db:5432 is away"]);
    expect(body({ unread, findings: [finding] })).toEqual(body({ unread }));
  });

  test("of many, as many are named as fit, and how many more there are", () => {
    const unread = Array.from({ length: 30 }, (_, index): Unread => [`crm_${index + 100}`, "db:5432 is away"]);
    const [names, reason] = body({ unread });
    expect(names).toBe("✗ crm_100, crm_101, crm_102, crm_103, crm_104, crm_105 and 24 more  not read");
    expect(reason).toBe("    db:5432 is away");
  });
});

describe("a cause that CRMs share", () => {
  const error = "Connection refused";
  const failure = (failed: number, last: string, name = "deals"): FailureRow => ({
    rule: name,
    message: error,
    n: failed,
    firstMs: at("03:00"),
    lastMs: at(last),
    current: true,
    minutes: [],
  });
  const refused = (source: string, failed: number, last: string, others = [] as ReturnType<typeof rule>[]) =>
    report(
      activity({
        source,
        rules: [ruleOf("deals", { runs: "f".repeat(failed), everyMinutes: 30, error }), ...others],
        failures: [failure(failed, last)],
      }),
    );
  const cause = (sources: string[], over = false): Finding => ({
    id: "failures-shared",
    severity: over ? "warning" : "critical",
    rule_name: null,
    message: "One cause",
    evidence: {
      sources,
      family: "connection",
      from: "2026-07-10T03:00:00Z",
      to: "2026-07-10T03:01:00Z",
      times: 1,
      over,
      example: error,
    },
  });

  test("is told once for those of which it tells all, and beside the others that have more to tell", () => {
    const reports = [
      refused("a", 3, "03:00"),
      refused("b", 3, "03:00"),
      refused("c", 3, "03:00", [ruleOf("jobs", { runs: "ffff", everyMinutes: 30 })]),
      quiet("d"),
      refused("e", 9, "20:00"),
    ];
    const lines = body({ reports, findings: [cause(["a", "b", "c", "e"])], view: { width: 120 } });
    expect(lines.filter((line) => !line.startsWith("  "))).toEqual([
      "✗ a, b           connection errors (also c, e) 03:00–03:01, not known to be over: Connection refused",
      "✗ c  0.0 % of 7  jobs failed 4 times since 19:25",
      "✗ e  0.0 % of 9  deals failed 9 times since 16:55: Connection refused",
      "! d  no runs     Nothing ran in 24 h; no run of this CRM is known",
    ]);
  });

  test("of which a CRM's rule knows other words too is told beside it", () => {
    const more = report(
      activity({
        source: "f",
        rules: [ruleOf("deals", { runs: "fffff", everyMinutes: 30, error })],
        failures: [failure(1, "03:00"), { ...failure(4, "01:00"), message: "x", firstMs: at("01:00") }],
      }),
    );
    const lines = body({ reports: [more], findings: [cause(["f", "g"])], view: { width: 120 } });
    expect(lines).toContainEqual(expect.stringMatching(/^✗ f  0\.0 % of 5 {2}deals failed 5 times since 18:55/));
  });

  test.each([
    { over: false, mark: "✗", when: "03:00–03:01, not known to be over: " },
    { over: true, mark: "!", when: "03:00–03:01, over: " },
  ])("over $over: $mark", ({ over, mark, when }) => {
    const lines = body({ reports: [well("a"), well("b")], findings: [cause(["a", "b"], over)] });
    expect(lines).toEqual([`${mark} a, b  connection errors ${when}Connection refused`]);
  });
});

describe("names", () => {
  const long = "salesforce_marketing_cloud_of_the_north";

  test("are whole where the width allows, and then the fact stands below", () => {
    expect(body({ reports: [failing(long), failing("b")] })).toEqual([
      `✗ ${long}  50.0 % of 10`,
      "    r0 failed 5 times since 16:55: HTTP 401 Unauthorized",
      "    5 of 10 failed",
      "✗ b             50.0 % of 10  r0 failed 5 times since 16:55: HTTP 401",
      "                              Unauthorized",
      "                              5 of 10 failed",
    ]);
  });

  test("do not push where there is room beside them", () => {
    const lines = body({ reports: [failing(long), failing("b")], view: { width: 110 } });
    expect(lines.filter((line) => line.startsWith("✗"))).toEqual([
      `✗ ${long}  50.0 % of 10  r0 failed 5 times since 16:55: HTTP 401 Unauthorized`,
      `✗ b${" ".repeat(38)}  50.0 % of 10  r0 failed 5 times since 16:55: HTTP 401 Unauthorized`,
    ]);
  });

  test("of 100 characters are cut at the end of the line alone", () => {
    const [first, second] = body({ reports: [failing("n".repeat(100))] });
    expect(first).toBe(`✗ ${"n".repeat(63)}…  50.0 % of 10`);
    expect(second).toStartWith("    r0 failed 5 times");
  });

  test("wide characters and letters from right to left keep the columns aligned", () => {
    const lines = body({ reports: ["予約管理", "مزامنة", "abc"].map((source) => failing(source)) });
    const columns = lines
      .filter((line) => line.includes("50.0 %"))
      .map((line) => Bun.stringWidth(line.slice(0, line.indexOf("50.0 %"))));
    expect(columns).toEqual([12, 12, 12]);
  });
});

describe("the lines of the screen", () => {
  /** With head, last lines and prompt. */
  const height = (given: Given) => {
    const { reports = [], unread = [], view = {} } = given;
    const outcomes = [...reports.map(madeOutcome), ...unread.map(([source, reason]) => failedOutcome(source, reason))];
    return renderPass(passDocument({ outcomes }), reports, viewOf({ width: 80, ...view })).split("\n").length;
  };
  const ACCOUNTS = "apple birch cedar elder hazel larch maple olive plane".split(" ");
  const ownError = (index: number) =>
    `HTTP 401 Unauthorized: the token of the ${ACCOUNTS[index]} account expired on Monday`;
  const wordy = (source: string) => failing(source, ACCOUNTS.length, ownError);

  test.each([1, 3, 8, 12, 15, 17])("%d CRMs with much to tell fit on 24 lines of 80 columns", (count) => {
    const reports = Array.from({ length: count }, (_, index) => wordy(`crm_${index}`));
    const given = { reports: [...reports, well("w")], unread: [["dead", "db:5432 is away"]] as Unread[] };
    expect(height(given)).toBeLessThanOrEqual(24);
    expect(body(given).filter((line) => /^[✗✓]/.test(line))).toHaveLength(count + 2);
  });

  test("all that are left are used: further findings, the worst CRM's first", () => {
    expect(height({ reports: [wordy("a"), wordy("b")] })).toBe(24);
  });

  test("a CRM's first finding is whole before another's further ones", () => {
    const reports = [failing("a", 30), wordy("b")];
    const lines = body({ reports });
    expect(lines.filter((line) => line.includes("…"))).toEqual([]);
    expect(lines.join(" ")).toContain("expired on Monday");
  });

  test("a fact that has no line to go on is cut, its name and its rate are not", () => {
    const reports = Array.from({ length: 24 }, (_, index) => wordy(`crm_${index + 10}`));
    const lines = body({ reports });
    expect(lines).toHaveLength(24);
    for (const line of lines)
      expect(line).toMatch(/^✗ crm_\d\d  50\.0 % of 90  r0 failed 5 times since .*… \(\+\d+\)$/);
  });

  test("of every CRM it is told how many findings are cut, within the lines of the screen", () => {
    for (const count of [5, 8, 11]) {
      const reports = Array.from({ length: count }, (_, index) => wordy(`crm_${index + 10}`));
      const lines = body({ reports });
      expect(lines.length).toBeLessThanOrEqual(24);
      expect(lines.filter((line) => /and \d+ more with --detailed$| \(\+\d+\)$/.test(line))).toHaveLength(count);
    }
  });

  test("of more than sixty, it is told how many CRMs are left out", () => {
    const reports = Array.from({ length: 75 }, (_, index) => wordy(`crm_${index + 100}`));
    const lines = body({ reports });
    expect(lines).toHaveLength(60);
    expect(lines.at(-1)).toBe("  and 16 more CRMs: automation-reports generate --format findings");
    const kept = body({ reports, view: { origin: { kind: "store", word: "latest", ids: {} } } });
    expect(kept.at(-1)).toBe("  and 16 more CRMs: automation-reports history show latest --format json");
  });

  test("a terminal shows no more than its lines", () => {
    const reports = Array.from({ length: 75 }, (_, index) => wordy(`crm_${index + 100}`));
    for (const rows of [24, 40]) {
      const shown = renderPass(
        passDocument({ outcomes: reports.map(madeOutcome) }),
        reports,
        viewOf({ width: 80, rows }),
      );
      expect(shown.split("\n").length).toBe(rows);
    }
  });

  test("a CRM alone has all its findings below", () => {
    const lines = body({ reports: [failing("a", 6, ownError)] });
    expect(lines.filter((line) => /r\d failed 5 times/.test(line))).toHaveLength(6);
  });

  test("rules that fail for one cause are told once, and one with another error beside them", () => {
    const error = (index: number) => (index === 4 ? ownError(0) : `HTTP 401 Unauthorized: request ${index} refused`);
    const lines = body({ reports: [failing("a", 5, error)], view: { width: 130 } });
    expect(lines).toEqual([
      "✗ a  50.0 % of 50  4 rules failed 20 times since 16:55: HTTP 401 Unauthorized: request 0 refused (r0, r1, r2 and 1 more)",
      "                   r4 failed 5 times since 16:55: HTTP 401 Unauthorized: the token of the apple account expired on Monday",
      "                   25 of 50 failed",
    ]);
  });

  test("what is cut stands below where each CRM has a section", () => {
    const reports = Array.from({ length: 8 }, (_, index) => wordy(`crm_${index + 10}`));
    const cut = (sections: boolean) =>
      body({ reports, view: { sections } }).flatMap((line) => / and \d+ more (.*)$/.exec(line)?.[1] ?? []);
    expect(new Set(cut(false))).toEqual(new Set(["with --detailed"]));
    expect(new Set(cut(true))).toEqual(new Set(["below"]));
  });

  test("two findings of the same words are told once", () => {
    const made = failing("a");
    const twice = { ...made, findings: [...made.findings, ...made.findings] };
    expect(body({ reports: [twice] })).toEqual(body({ reports: [made] }));
  });
});

describe("sparklines", () => {
  const drawn = (source: string, hours: [total: number, successful: number][]) =>
    report(
      activity({
        source,
        rules: [ruleOf("r", { runs: "sssssfffff", everyMinutes: 60 })],
        hours: hours.map(([total, successful], index) => ({
          hourMs: WINDOW.startMs + index * HOUR_MS,
          total,
          successful,
        })),
      }),
    );
  const reports = [
    drawn("busy", [
      [80, 80],
      [80, 60],
      [80, 8],
    ]),
    drawn("calm", [
      [10, 10],
      [0, 0],
      [20, 20],
    ]),
  ];

  test("are scaled alike, show failures without colour, and have a legend", () => {
    expect(body({ reports, unread: [["dead", "away"]], view: { width: 120 } })).toEqual([
      "▁–█ up to 80 runs at a time, ! some failed, ✗ many failed, · none ran",
      `✗ dead  not read      ${" ".repeat(25)}  away`,
      `✗ busy  50.0 % of 10  █!✗${"·".repeat(21)}   r failed 5 times since 16:55`,
      `${" ".repeat(49)}5 of 10 failed`,
      `✗ calm  50.0 % of 10  ▁·▂${"·".repeat(21)}   r failed 5 times since 16:55`,
      `${" ".repeat(49)}5 of 10 failed`,
    ]);
  });

  test("only where a fact still has its room", () => {
    const has = (width: number) => body({ reports, view: { width } })[0]?.startsWith("▁–█") ?? false;
    // Mark, name, state, sparkline, the gaps between them, and 40 columns.
    expect([has(2 + 4 + 2 + 12 + 2 + 25 + 2 + 40), has(2 + 4 + 2 + 12 + 2 + 25 + 2 + 39)]).toEqual([true, false]);
  });

  test("without a line that has one, no legend", () => {
    expect(body({ reports: [well("a")], unread: [["dead", "away"]], view: { width: 160 } })).toEqual([
      "✗ dead  not read  away",
      "✓ a",
    ]);
  });
});
