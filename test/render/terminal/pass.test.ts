/** A pass in a terminal: its head, its last lines, the command to type next, and the sections that were asked for. */
import { describe, expect, test } from "bun:test";
import { renderPass } from "../../../src/render/terminal/pass.ts";
import type { View } from "../../../src/render/view.ts";
import type { PassSummary } from "../../../src/report/document/pass-schema.ts";
import type { Report } from "../../../src/report/document/schema.ts";
import { activity, declared, report, rule, schedule } from "../../making/activities.ts";
import { failedOutcome, madeOutcome, passDocument } from "../../making/passes.ts";
import { WINDOW } from "../../making/reports.ts";
import { ruleOf } from "../../making/rules.ts";
import { viewOf } from "../../making/views.ts";

const well = (source: string) =>
  report(activity({ source, rules: [ruleOf("a", { runs: "s".repeat(24), everyMinutes: 60 })] }));
const failing = (source: string, rules = 1) =>
  report(
    activity({
      source,
      rules: Array.from({ length: rules }, (_, index) =>
        ruleOf(`r${index}`, { runs: "sssssfffff", everyMinutes: 60, error: "HTTP 401 Unauthorized" }),
      ),
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

type Given = { reports?: Report[]; unread?: string[]; pass?: Partial<PassSummary>; view?: Partial<View> };

function render({ reports = [], unread = [], pass = {}, view = {} }: Given): string[] {
  const outcomes = [...reports.map(madeOutcome), ...unread.map((source) => failedOutcome(source, "it is away"))];
  return renderPass(passDocument({ outcomes, ...pass }), reports, viewOf(view))
    .split("\n")
    .slice(0, -1);
}

describe("the head", () => {
  test("how many CRMs, which window, and how they stand, the worst first", () => {
    const reports = [well("a"), failing("b"), well("c"), report(activity({ source: "d" })), tableless("e")];
    expect(render({ reports, unread: ["f", "g"] })[0]).toBe(
      "7 CRMs · 24 h to 10 Jul 2026 21:00 UTC · 58 runs, 5 failed · 2 not read, 1 without a table, 1 critical, 1 warning, 2 ok",
    );
  });

  test.each([
    { timezone: "Europe/Berlin", text: "10 Jul 2026 21:00 UTC (23:00 Europe/Berlin; in sentences UTC)" },
    { timezone: "Asia/Kolkata", text: "10 Jul 2026 21:00 UTC (11 Jul 02:30 Asia/Kolkata; in sentences UTC)" },
    { timezone: "America/New_York", text: "10 Jul 2026 21:00 UTC (17:00 America/New_York; in sentences UTC)" },
  ])("with a zone: $timezone", ({ timezone, text }) => {
    expect(render({ reports: [well("a")], view: { timezone } })[0]).toBe(
      `1 CRM · 24 h to ${text} · 24 runs, 0 failed · 1 ok`,
    );
  });

  test("a narrow screen breaks it between its parts", () => {
    expect(render({ reports: [well("a")], unread: ["b"], view: { width: 44 } }).slice(0, 2)).toEqual([
      "2 CRMs · 24 h to 10 Jul 2026 21:00 UTC",
      "24 runs, 0 failed · 1 not read, 1 ok",
    ]);
  });
});

describe("the last lines", () => {
  test.each<{ name: string; given: Given; line: string }>([
    {
      name: "all are well",
      given: { reports: [well("a"), well("b")] },
      line: "✓ ok · 2 CRMs read · made in 0.09 s",
    },
    {
      name: "of those that were read",
      given: { reports: [failing("a"), tableless("b")], unread: ["c"], pass: { verdict: "critical" } },
      line: "✗ critical · 1 of 3 CRMs read · made in 0.09 s",
    },
    {
      name: "none was read",
      given: { unread: ["a", "b"], pass: { verdict: "unknown" } },
      line: "? unknown · none of 2 CRMs read · made in 0.09 s",
    },
    {
      name: "one alone",
      given: { unread: ["a"], pass: { verdict: "unknown" } },
      line: "? unknown · not read · made in 0.09 s",
    },
    {
      name: "one run of one CRM",
      given: {
        reports: [report(activity({ source: "a", rules: [rule("x", { success: 1 })] }))],
        pass: { verdict: "warning" },
      },
      line: "! warning · 1 CRM read · made in 0.09 s",
    },
  ])("$name", ({ given, line }) => {
    const lines = render(given);
    expect(lines.slice(-2)).toContain(line);
  });

  describe("CRMs that took long are named", () => {
    const outcomes = (seconds: number[]): Partial<PassSummary> => ({
      outcomes: seconds.map((each, index) => ({ ...madeOutcome(well(`crm${index}`)), seconds: each })),
    });
    test.each<{ name: string; seconds: number[]; slow: string }>([
      { name: "several times as long as most", seconds: [0.1, 0.2, 15.2], slow: " (slow: crm2 15 s)" },
      {
        name: "the three slowest",
        seconds: [9, 8, 7, 6, ...Array<number>(9).fill(0.1)],
        slow: " (slow: crm0 9 s, crm1 8 s, crm2 7 s)",
      },
      { name: "not where all are", seconds: [15, 15, 15], slow: "" },
      { name: "not under five seconds", seconds: [0.1, 0.1, 4.9], slow: "" },
    ])("$name", ({ seconds, slow }) => {
      const reports = seconds.map((_, index) => well(`crm${index}`));
      expect(render({ reports, pass: outcomes(seconds) }).at(-1)).toEndWith(`made in 0.09 s${slow}`);
    });
  });
});

describe("the command to type next", () => {
  const KEPT = {
    repeat: { config: " --config c.toml", window: "" },
    origin: { kind: "store" as const, word: "latest", ids: { bad: "k3f7", empty: "p2x8" } },
  };
  const FROM_FILE = { repeat: { config: "", window: " --input a.json" }, origin: { kind: "file" as const } };
  const noteworthy = report(activity({ source: "note", rules: [rule("x", { success: 40, failed: 14 })] }));
  test.each<{ name: string; given: Given; next: string | null }>([
    { name: "none where all is well", given: { reports: [well("a")] }, next: null },
    {
      name: "a CRM that was not read is checked, before all others",
      given: { reports: [failing("a")], unread: ["dead"] },
      next: "automation-reports check --crm dead",
    },
    {
      name: "with the configuration, and without a window, which check does not know",
      given: {
        unread: ["dead"],
        view: { repeat: { config: " --config c.toml", window: " --as-of 2026-07-10T21:00:00Z --time-window 7d" } },
      },
      next: "automation-reports check --crm dead --config c.toml",
    },
    {
      name: "so is one without a table",
      given: { reports: [tableless("b")] },
      next: "automation-reports check --crm b",
    },
    {
      name: "the rule of the worst finding is explained",
      given: { reports: [well("a"), failing("bad")] },
      next: "automation-reports explain bad r0",
    },
    {
      name: "with the flags that it needs to be about the same",
      given: {
        reports: [failing("bad")],
        view: { repeat: { config: " --config c.toml", window: " --as-of 2026-07-10T21:00:00Z" } },
      },
      next: "automation-reports explain bad r0 --config c.toml --as-of 2026-07-10T21:00:00Z",
    },
    {
      name: "a CRM of which no rule is to blame is shown whole",
      given: { reports: [report(activity({ source: "empty" }))] },
      next: "automation-reports generate --crm empty",
    },
    {
      name: "with all there is where it is shown already",
      given: { reports: [report(activity({ source: "empty" }))], view: { sections: true } },
      next: "automation-reports generate --crm empty --detailed",
    },
    {
      name: "none where all of that is shown",
      given: { reports: [report(activity({ source: "empty" }))], view: { sections: true, detailed: true } },
      next: null,
    },
    {
      name: "of a kept report the store is asked",
      given: { reports: [failing("bad")], view: { ...KEPT, sections: true, detailed: true } },
      next: "automation-reports history explain k3f7 r0 --config c.toml",
    },
    {
      name: "a kept report of which no rule is to blame is shown whole",
      given: { reports: [report(activity({ source: "empty" }))], view: KEPT },
      next: "automation-reports history show p2x8 --config c.toml",
    },
    {
      name: "none where that is it",
      given: { reports: [report(activity({ source: "empty" }))], view: { ...KEPT, sections: true, detailed: true } },
      next: null,
    },
    {
      name: "a CRM that was not read then is checked now",
      given: { unread: ["dead"], view: KEPT },
      next: "automation-reports check --crm dead --config c.toml",
    },
    {
      name: "of a file all is printed that is in it",
      given: { reports: [failing("bad")], unread: ["dead"], view: FROM_FILE },
      next: "automation-reports generate --detailed --input a.json",
    },
    {
      name: "none where it is",
      given: { reports: [failing("bad")], view: { ...FROM_FILE, sections: true, detailed: true } },
      next: null,
    },
    {
      name: "a note about a rule is not what a critical finding of the CRM leads to",
      given: {
        reports: [
          {
            ...noteworthy,
            verdict: "critical",
            findings: [
              { id: "rules-stopped", severity: "critical", rule_name: null, message: "Nothing started", evidence: {} },
              ...noteworthy.findings.map((one) => ({ ...one, severity: "info" as const })),
            ],
          },
        ],
      },
      next: "automation-reports generate --crm note",
    },
    {
      name: "words that a shell would read are quoted",
      given: {
        reports: [{ ...noteworthy, findings: noteworthy.findings.map((one) => ({ ...one, rule_name: "$(x) y" })) }],
      },
      next: `automation-reports explain note "\\$(x) y"`,
    },
  ])("$name", ({ given, next }) => {
    const last = render(given).at(-1) ?? "";
    expect(/^Next: (.*)$/.exec(last)?.[1] ?? null).toBe(next);
  });

  describe("a narrow screen breaks it as a shell reads it", () => {
    const repeat = " --config /etc/automation-reports/other.toml";
    test.each<{ name: string; width: number; crm: string; repeat: string; next: string[] }>([
      {
        name: "before a flag",
        width: 48,
        crm: "bad",
        repeat,
        next: ["Next: automation-reports explain bad r0 \\", "  --config /etc/automation-reports/other.toml"],
      },
      {
        name: "else between words",
        width: 40,
        crm: "salesforce_marketing_cloud",
        repeat,
        next: [
          "Next: automation-reports explain \\",
          "  salesforce_marketing_cloud r0 \\",
          "  --config \\",
          "  /etc/automation-reports/other.toml",
        ],
      },
      {
        name: "not within quotes",
        width: 40,
        crm: "bad",
        repeat: " --config '/etc/a b --c/d'",
        next: ["Next: automation-reports explain bad \\", "  r0 --config '/etc/a b --c/d'"],
      },
    ])("$name", ({ width, crm, repeat: flags, next }) => {
      const lines = render({ reports: [failing(crm)], view: { width, repeat: { config: flags, window: "" } } });
      expect(lines.slice(-next.length)).toEqual(next);
    });
  });
});

describe("sections", () => {
  const headlines = (lines: string[]) =>
    lines.filter((line) => / · (critical|ok) · /.test(line) && !/^[✗✓]|CRM/.test(line));

  test.each([
    { sections: false, shown: [] },
    { sections: true, shown: ["bad · critical · automation", "a · ok · automation", "b · ok · automation"] },
  ])("sections $sections: $shown", ({ sections, shown }) => {
    expect(headlines(render({ reports: [well("a"), well("b"), failing("bad")], view: { sections } }))).toEqual([
      ...shown,
    ]);
  });

  test("one CRM alone has a section instead of a line, one that was not read a line", () => {
    const alone = render({ reports: [failing("bad")], view: { sections: true } });
    expect(alone.filter((line) => line.includes("bad"))).toEqual([
      "bad · critical · automation",
      "Next: automation-reports explain bad r0",
    ]);
    expect(render({ unread: ["dead"], view: { sections: true } })[1]).toBe("✗ dead  not read  it is away");
  });
});

describe.each([40, 60, 80, 100, 120, 160, 240])("at %d columns", (width) => {
  const rich = report(
    activity({
      source: "trusting",
      rules: [
        ruleOf("contacts", { runs: "sssff", everyMinutes: 30, error: "HTTP 429 Too Many Requests" }),
        ruleOf("contacts_and_companies_of_all_regions", { runs: "sssss", everyMinutes: 30 }),
      ],
      recent: [
        {
          rule: "contacts_and_companies_of_all_regions",
          status: "success",
          startedMs: Date.parse("2026-07-10T20:00:00Z"),
          durationSeconds: 97,
          error: null,
        },
      ],
      failures: [
        {
          rule: "contacts",
          message: "HTTP 429 Too Many Requests",
          n: 2,
          firstMs: 0,
          lastMs: 1,
          current: true,
          minutes: [1],
        },
      ],
      contradictions: [{ kind: "end-before-start", rule: "contacts", n: 2, ids: ["17", "18"] }],
      declaredRules: [declared("contacts", { schedules: [schedule("every 30 minutes")] })],
    }),
    { detailed: true },
  );
  const reports = [
    failing("genius", 9),
    rich,
    report(activity({ source: "a_warehouse_of_many_names" })),
    well("hubspot"),
  ];

  test.each([
    { sections: false, detailed: false, timezone: null },
    { sections: true, detailed: false, timezone: "America/Argentina/Buenos_Aires" },
    { sections: true, detailed: true, timezone: null },
  ])("no line is wider: %p", (view) => {
    const repeat = { config: " --config c.toml", window: " --as-of 2026-07-10T21:00:00Z" };
    const lines = render({ reports, unread: ["salesforce_marketing_cloud"], view: { ...view, width, repeat } });
    expect(lines.filter((line) => Bun.stringWidth(line) > width)).toEqual([]);
    expect(lines.some((line) => line.includes("contacts_"))).toBe(view.sections);
    expect(lines.join("\n")).toContain("a_warehouse_of_many_names");
  });
});

describe("whatever is in the rows", () => {
  const hostile = "\u001b]0;owned\u0007\u202egnp\u0000\r\n\u009b31m\u200b";
  const made = report(
    activity({
      rules: [ruleOf(hostile, { runs: "fffff", everyMinutes: 30, error: `boom ${hostile}` })],
      recent: [
        {
          rule: hostile,
          status: "failed",
          startedMs: Date.parse("2026-07-10T20:00:00Z"),
          durationSeconds: 1,
          error: hostile,
        },
      ],
    }),
    { detailed: true },
  );

  test.each([
    { sections: false, color: false, ascii: false },
    { sections: true, color: true, ascii: false },
    { sections: true, color: false, ascii: true },
  ])("it is shown, not executed: %p", (view) => {
    const outcomes = [madeOutcome(made), failedOutcome("x", hostile)];
    const text = render({ reports: [made], pass: { outcomes }, view: { ...view, detailed: view.sections } }).join("\n");
    const acting = text.replaceAll(/\u001b\[[\d;]+m/g, "").match(/[\p{Cc}\p{Cf}]/gu) ?? [];
    expect(acting.filter((character) => character !== "\n")).toEqual([]);
    expect(text).toContain("\\u{1b}]0;owned\\u{7}\\u{202e}gnp");
  });

  test("wide characters keep the columns of --detailed aligned", () => {
    const wide = report(
      activity({ source: "a", rules: [rule("予約同期", { success: 5 }), rule("ab", { success: 5 })] }),
      { detailed: true },
    );
    const columns = render({ reports: [wide], view: { sections: true, detailed: true } })
      .filter((line) => /^ {2}(予約同期|ab) .*100\.0 %/.test(line))
      .map((line) => Bun.stringWidth(line.replace(/0 +100\.0 %.*$/, "")));
    expect(columns).toHaveLength(2);
    expect(new Set(columns).size).toBe(1);
  });
});

test("colour adds nothing but colour", () => {
  const given = { reports: [failing("b"), well("a"), report(activity({ source: "c" }))], unread: ["d"] };
  const plain = render({ ...given, view: { sections: true, detailed: true } });
  const colored = render({ ...given, view: { sections: true, detailed: true, color: true } });
  expect(colored).not.toEqual(plain);
  expect(colored.map((line) => Bun.stripANSI(line))).toEqual(plain);
});

test("ASCII is as wide as what it stands for", () => {
  const given = { reports: [failing("b"), well("a"), report(activity({ source: "c" }))], unread: ["d"] };
  const plain = render({ ...given, view: { sections: true, detailed: true } });
  const ascii = render({ ...given, view: { sections: true, detailed: true, ascii: true } });
  expect(ascii.join("\n")).not.toMatch(/\P{ASCII}/u);
  expect(ascii.map((line) => Bun.stringWidth(line))).toEqual(plain.map((line) => Bun.stringWidth(line)));
});
