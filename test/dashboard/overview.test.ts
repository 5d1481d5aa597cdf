/** The first page's sentences: never milder than the worst of what is known, and never well where nothing is known. */
import { describe, expect, test } from "bun:test";
import type { Notice } from "../../src/dashboard/view.ts";
import { listAlone } from "../../src/dashboard/parts/plot.ts";
import { linksBelow } from "../../src/dashboard/links.ts";
import { viewOverview, type KnownCrm, type OverviewFacts } from "../../src/dashboard/views/overview.ts";
import type { Report } from "../../src/report/document/schema.ts";
import type { Severity } from "../../src/report/words.ts";
import { activity, report, rule } from "../making/activities.ts";
import { ruleOf } from "../making/rules.ts";
import { passDocument } from "../making/passes.ts";

const NOW = Date.parse("2026-07-10T21:04:00Z");

const named = (source: string, made: Report): Report => ({ ...made, metadata: { ...made.metadata, source } });
const well = (source: string) =>
  named(source, { ...report(activity({ rules: [rule("contacts", { success: 150 })] })), verdict: "ok", findings: [] });
const failing = (source: string) =>
  named(source, report(activity({ rules: [rule("contacts", { success: 20, failed: 130 })] })));

function crm(source: string, override: Partial<KnownCrm> = {}): KnownCrm {
  return {
    source,
    report: well(source),
    reportId: `${source}-1`,
    reason: null,
    unreadSinceMs: null,
    stale: null,
    ...override,
  };
}

const late: Notice = { severity: "critical", text: "Schedule hourly is late", href: "/schedule" };

function view(override: Partial<OverviewFacts>) {
  const facts: OverviewFacts = {
    crms: [],
    passes: [],
    notices: [],
    nextPass: null,
    nowMs: NOW,
    permalink: null,
    isPast: false,
    ...override,
  };
  return viewOverview(facts, linksBelow(""));
}

describe("the headline", () => {
  const cases: {
    name: string;
    facts: Partial<OverviewFacts>;
    verdict: string;
    headline: string;
    first: string | null;
  }[] = [
    {
      name: "all is well",
      facts: { crms: [crm("hubspot"), crm("genius")] },
      verdict: "ok",
      headline: "All 2 CRMs are well",
      first: null,
    },
    {
      name: "a single CRM is called by its name",
      facts: { crms: [crm("hubspot")] },
      verdict: "ok",
      headline: "hubspot is well",
      first: null,
    },
    {
      name: "one of two cannot be judged: the verdict is that of what is known, as the API's is",
      facts: {
        crms: [crm("hubspot"), crm("genius", { report: named("genius", { ...well("genius"), verdict: "unknown" }) })],
      },
      verdict: "ok",
      headline: "Nothing is known to be wrong; 1 of 2 CRMs cannot be judged",
      first: "genius",
    },
    {
      name: "none can be judged, and a schedule has not run yet",
      facts: {
        crms: [crm("genius", { report: named("genius", { ...well("genius"), verdict: "unknown" }) })],
        notices: [{ severity: "info", text: "Schedule daily is not run yet", href: null }],
      },
      verdict: "unknown",
      headline: "Nothing is known to be wrong; 1 of 1 CRM cannot be judged",
      first: "genius",
    },
    {
      name: "one of two fails",
      facts: { crms: [crm("hubspot"), crm("genius", { report: failing("genius") })] },
      verdict: "critical",
      headline: "1 of 2 CRMs needs attention",
      first: "genius",
    },
    {
      name: "what could not be read comes before what was read and fails, however well its last report was",
      facts: {
        crms: [crm("genius", { report: failing("genius") }), crm("hubspot", { reason: "the server refuses\nmore" })],
      },
      verdict: "critical",
      headline: "All 2 CRMs need attention",
      first: "hubspot",
    },
    {
      name: "a report that is too old is no good news",
      facts: { crms: [crm("hubspot", { stale: "no report of the window to 21:00 UTC was made" }), crm("genius")] },
      verdict: "critical",
      headline: "1 of 2 CRMs needs attention",
      first: "hubspot",
    },
    {
      name: "all reports are well, but no new ones are made",
      facts: { crms: [crm("hubspot"), crm("genius")], notices: [late] },
      verdict: "critical",
      headline: "Reports are not made as they should be",
      first: null,
    },
    {
      name: "a note about a schedule changes nothing",
      facts: { crms: [crm("hubspot")], notices: [{ ...late, severity: "info" }] },
      verdict: "ok",
      headline: "hubspot is well",
      first: null,
    },
    {
      name: "what was reported can no longer be read: that is not never",
      facts: {
        crms: ["hubspot", "genius"].map((name) =>
          crm(name, { report: null, reportId: null, stale: "its newest reports can no longer be read" }),
        ),
      },
      verdict: "critical",
      headline: "All 2 CRMs need attention",
      first: "hubspot",
    },
    {
      name: "nothing was ever reported: not well",
      facts: { crms: [crm("hubspot", { report: null, reportId: null })] },
      verdict: "critical",
      headline: "No report was made yet",
      first: "hubspot",
    },
  ];
  test.each(cases)("$name", ({ facts, verdict, headline, first }) => {
    const made = view(facts);
    expect({ verdict: made.verdict, headline: made.headline, first: made.first?.name ?? null }).toEqual({
      verdict,
      headline,
      first,
    } as never);
  });
});

describe("the rows", () => {
  test("a CRM that was not read says why in one line, and has no rate", () => {
    const [row] = view({ crms: [crm("hubspot", { reason: "the server refuses\nwhat to do" })] }).rows;
    expect(row).toMatchObject({ standing: "unread", fact: "not read: the server refuses", rate: null, runs: null });
    // When it last ran well is still known.
    expect(row?.windowEnd).toBe("2026-07-10T21:00:00Z");
  });

  test("a rate stands with its runs, and a well CRM says nothing", () => {
    const [row] = view({ crms: [crm("hubspot")] }).rows;
    expect(row).toMatchObject({ rate: 1, runs: 150, fact: null, more: 0, href: "/crms/hubspot" });
  });

  test("of a pass of long ago links lead to its own reports", () => {
    const [row] = view({ crms: [crm("hubspot")], isPast: true }).rows;
    expect(row?.href).toBe("/reports/hubspot-1");
  });

  test("names and messages that would act are shown instead", () => {
    const [row] = view({ crms: [crm("hub\u001b[31mspot", { reason: "a\u202eb" })] }).rows;
    expect([row?.name, row?.fact]).toEqual(["hub\\u{1b}[31mspot", "not read: a\\u{202e}b"]);
  });
});

describe("causes that several CRMs share", () => {
  const cause = {
    id: "failures-shared" as const,
    severity: "warning" as const,
    rule_name: null,
    message: "One cause for 2 CRMs",
    evidence: { sources: ["hubspot", "genius"], family: "connection", example: "refused" },
  };
  const ours = "0197f5c2-9d40-7a3e-8f51-2b9a1c7d4e60";

  test("of the newest pass", () => {
    expect(view({ crms: [crm("hubspot")], passes: [passDocument({ findings: [cause] })] }).causes).toMatchObject([
      { crm: "hubspot, genius", text: "One cause for 2 CRMs", severity: "warning" },
    ]);
  });

  test("of an older pass while one of its reports is still the newest, and no longer", () => {
    const newest = passDocument({ pass_id: "newer" });
    const older = passDocument({ pass_id: ours, findings: [cause] });
    expect(view({ crms: [crm("hubspot")], passes: [newest, older] }).causes).toHaveLength(1);
    const other = passDocument({ pass_id: "another", findings: [cause] });
    expect(view({ crms: [crm("hubspot")], passes: [newest, other] }).causes).toEqual([]);
  });

  test("a silence that is over is told as one", () => {
    const evidence = { sources: ["hubspot", "genius", "arrivy"], whole: true, over: true };
    const times = { from: "2026-07-10T03:00:00Z", to: "2026-07-10T05:00:00Z" };
    const silence = { ...cause, id: "silence-shared" as const, evidence: { ...evidence, ...times } };
    const made = view({ crms: [crm("hubspot")], passes: [passDocument({ findings: [silence] })] });
    expect(made.causes.map(({ text }) => text)).toEqual([expect.stringMatching(/^nothing started .*05:00, over$/)]);
    expect(made.rows[0]?.fact).toBe(made.causes[0]?.text);
  });

  test("where it tells all that failed in a CRM, its words are what comes first there", () => {
    const failure = {
      message: "refused",
      n: 4,
      firstMs: Date.parse("2026-07-10T03:00:00Z"),
      lastMs: Date.parse("2026-07-10T03:59:00Z"),
      current: true,
      minutes: [],
    };
    const rows = (message: string, { over, ...urgent }: { over: boolean; severity?: Severity } = { over: true }) => {
      const rules = [rule("deals", { failed: 4 }, { newestError: message, startsMs: null })];
      const read = report(activity({ rules, failures: [{ ...failure, rule: "deals", message }] }));
      const made = { ...read, findings: read.findings.map((found) => ({ ...found, ...urgent })) };
      const evidence = { ...cause.evidence, from: "2026-07-10T03:00:00Z", to: "2026-07-10T04:00:00Z", over };
      const findings = [{ ...cause, severity: over ? ("warning" as const) : ("critical" as const), evidence }];
      return view({ crms: [crm("hubspot", { report: made })], passes: [passDocument({ findings })] });
    };
    const told = rows("refused");
    expect(told.first?.text).toBe("connection errors 03:00–04:00, over: refused");
    expect(told.rows[0]?.more).toBe(0);
    expect(rows("HTTP 500").first?.text).toBe("deals: 0 of 4 runs succeeded (0.0 %)");
    // Among the findings it stands for none that is more urgent.
    expect(told.findings).toEqual([]);
    const urgent = { severity: "critical" as const };
    expect(rows("refused", { ...urgent, over: true }).findings).toHaveLength(2);
    expect(rows("refused", { ...urgent, over: false }).findings).toEqual([]);
  });

  test("a CRM that is named by one is not well", () => {
    const made = view({ crms: [crm("hubspot")], passes: [passDocument({ findings: [cause] })] });
    expect([made.verdict, made.rows[0]?.standing]).toEqual(["warning", "warning"]);
  });
});

test("what could not be read is a finding too, before all others, with since when", () => {
  const { findings, rows } = view({
    crms: [
      crm("genius", { report: failing("genius") }),
      crm("hubspot", { reason: "the server refuses\nmore", unreadSinceMs: Date.parse("2026-07-10T20:40:00Z") }),
      crm("arrivy", { stale: "no report of the window to 21:00 UTC was made" }),
    ],
  });
  expect(findings.slice(0, 3).map(({ severity, crm: name, text }) => `${severity} ${name}: ${text}`)).toEqual([
    "critical hubspot: not read since 20:40: the server refuses",
    "critical arrivy: no report of the window to 21:00 UTC was made",
    expect.stringMatching(/^critical genius: /),
  ]);
  expect(findings.slice(0, 2).map(({ advice }) => advice)).toEqual([
    ["See automation-reports check --crm hubspot"],
    ["Make a report now: automation-reports generate --crm arrivy"],
  ]);
  expect(rows[0]?.fact).toBe("not read since 20:40: the server refuses");
});

test("an outage is told for as long as nothing newer is known, as the API tells it", () => {
  const { rows, findings } = view({
    crms: [
      crm("genius", { report: failing("genius"), reason: "the server refuses" }),
      crm("hubspot", { report: failing("hubspot"), stale: "no report of the window to 21:00 UTC was made" }),
      crm("arrivy", { stale: "no report of the window to 21:00 UTC was made" }),
    ],
  });
  const outage = "by the report to 21:00: contacts: 20 of 150 runs succeeded (13.3 %)";
  const told = [
    `not read: the server refuses; ${outage}`,
    `no report of the window to 21:00 UTC was made; ${outage}`,
    "no report of the window to 21:00 UTC was made",
  ];
  expect(rows.map(({ fact }) => fact)).toEqual(told);
  expect(findings.map(({ text }) => text)).toEqual(told);
});

test("that there is no table is told once, although a report says so too", () => {
  const made = failing("genius");
  const none: Report = { ...made, metadata: { ...made.metadata, status: "fallback" } };
  const { rows } = view({ crms: [crm("genius", { report: none, reason: "no table to read" })] });
  expect(rows.map(({ fact }) => fact)).toEqual(["not read: no table to read"]);
});

test("what could not be read comes before what is too old, and the runs of neither are in the sums", () => {
  const { rows, runs, read } = view({
    crms: [
      crm("arrivy", { stale: "no schedule reports on it; its newest report is 20 d old" }),
      crm("hubspot"),
      crm("genius", { reason: "the server refuses" }),
    ],
  });
  expect(rows.map(({ name }) => name)).toEqual(["genius", "arrivy", "hubspot"]);
  expect([runs, read]).toEqual([150, 1]);
});

test("rules that fail for one cause are one row and one fact, which lead to the CRM", () => {
  const rules = ["a", "b", "c"].map((name) =>
    ruleOf(name, { runs: "sssssfffff", everyMinutes: 60, error: "HTTP 401" }),
  );
  const made = named("genius", report(activity({ rules })));
  const shown = view({ crms: [crm("genius", { report: made })] });
  const words = "3 rules failed 15 times since 16:55: HTTP 401 (a, b, c)";
  expect(shown.rows.map(({ fact, factHref, more }) => [fact, factHref, more])).toEqual([
    [words, null, made.findings.filter(({ severity }) => severity !== "info").length - 3],
  ]);
  expect(shown.first).toEqual({ name: "genius", text: words, href: "/crms/genius" });
  expect(
    shown.findings
      .filter(({ text }) => text.includes("HTTP 401 ("))
      .map(({ rule: of, text, href, since }) => [of, text, href, since]),
  ).toEqual([[null, words, "/crms/genius", "2026-07-10T16:55:00Z"]]);
  expect(shown.findings.filter(({ rule: of }) => of !== null)).toEqual([]);
});

test("a point that no line leads to is found", () => {
  expect(listAlone([1, null, 0, 0.5, null, 1, null, null])).toEqual([0, 5]);
  expect(listAlone([null, 1, 1])).toEqual([]);
  expect(listAlone([])).toEqual([]);
});
