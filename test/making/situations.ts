/** Passes as an operator meets them, for the screens that show them. */
import type { PassSummary } from "../../src/report/document/pass-schema.ts";
import { worstVerdict } from "../../src/report/rules/rule-states.ts";
import type { FailureRow } from "../../src/report/activity.ts";
import { describeFailures, findSharedCauses } from "../../src/report/pass/shared-failures.ts";
import type { Finding, Report } from "../../src/report/document/schema.ts";
import { activity, declared, report, schedule } from "./activities.ts";
import { failedOutcome, madeOutcome, passDocument } from "./passes.ts";
import { WINDOW } from "./reports.ts";
import { ruleOf } from "./rules.ts";

const HOUR_MS = 3_600_000;
const REFUSED = "Could not resolve wh-proxy.internal: Name or service not known";

export type Situation = { name: string; pass: PassSummary; reports: Report[] };

/** A CRM that was not read, with the reason; or the facts that its report is made of. */
type Crm = { source: string; reason: string } | ({ seconds?: number } & Facts);
type Facts = Parameters<typeof activity>[0] & { source: string };

export const SITUATIONS: Situation[] = [
  make("twelve", [
    {
      source: "genius",
      reason:
        "127.0.0.1:34273/w12 refuses the connection: is PostgreSQL running there, listening on that port, and reachable from here?",
    },
    {
      source: "zoho",
      reason: "db-7.internal:5432/warehouse refuses the password or user: percent-encode @, /, : and % in the password",
    },
    stopped("salesrabbit", 50),
    {
      ...hourly("five9", [
        failure("calls", "HTTP 429 Too Many Requests", 6, [0, 1, 2, 3, 4, 5]),
        failure("calls", "Read timed out", 5, [6, 7, 8, 9, 10]),
        failure("calls", "HTTP 500 Internal Server Error", 3, [11, 12, 13]),
      ]),
      rules: [ruleOf("calls", { runs: "sssssssf".repeat(14), everyMinutes: 12, error: "HTTP 429 Too Many Requests" })],
    },
    {
      ...hourly("arrivy"),
      rules: [
        ruleOf("statuses", { runs: "s".repeat(46), everyMinutes: 30 }),
        ruleOf("deals", { runs: "s".repeat(27), everyMinutes: 30, startedMinutesAgo: 576 }),
      ],
      declaredRules: [
        declared("statuses", { schedules: [schedule("every 30 minutes")] }),
        declared("deals", { schedules: [schedule("every 30 minutes")] }),
      ],
    },
    ...["callrail", "gsheet", "salespro", "zendesk"].map((source) => away(source)),
    hourly("hubspot"),
    { ...hourly("netsuite"), seconds: 15 },
    hourly("salesforce_marketing_cloud"),
  ]),
  make(
    "all-well",
    ["arrivy", "callrail", "five9", "genius", "hubspot", "zoho"].map((source) => hourly(source)),
  ),
  make(
    "nothing-read",
    ["arrivy", "callrail", "genius", "hubspot", "zoho"].map((source) => ({
      source,
      reason:
        source === "zoho"
          ? "/var/lib/warehouse.sqlite cannot be opened: there is no such file"
          : "db.internal:5432 cannot be reached: the host name is not known",
    })),
  ),
  make("one-alone", [
    {
      ...hourly("hubspot"),
      rules: [
        ruleOf("contacts", { runs: "s".repeat(134), everyMinutes: 10 }),
        ruleOf("users", { runs: "sssssssssfffff", everyMinutes: 60, error: "HTTP 401 Unauthorized: token expired" }),
        ruleOf("deals", { runs: "s".repeat(27), everyMinutes: 30, startedMinutesAgo: 576 }),
      ],
      declaredRules: [
        declared("contacts"),
        declared("users"),
        declared("deals", { schedules: [schedule("every 30 minutes")] }),
      ],
      failures: [failure("users", "HTTP 401 Unauthorized: token expired", 5, [16, 17, 18, 19, 20])],
      duration: { n: 165, mean: 40, p50: 38, p95: 96.5, p99: 140, max: 151 },
    },
  ]),
  make(
    "five-hundred",
    Array.from({ length: 500 }, (_, index) => {
      const source = `crm_${String(index + 1).padStart(3, "0")}`;
      if (index % 100 === 7) return { source, reason: `db-${index % 3}.internal:5432 refuses the connection` };
      if (index % 50 === 3) return stopped(source, 30 + index);
      if (index % 5 === 1) return failing(source, "users", 5 + (index % 9));
      return hourly(source);
    }),
  ),
  make("odd-names", [
    failing(
      `a${"_very_long_name".repeat(7)}`.slice(0, 100),
      `contacts_and_companies_of_${"all_regions_".repeat(8)}`,
      9,
    ),
    failing("予約管理システム", "予約同期と顧客情報の更新", 9),
    failing("مزامنة_العملاء", "تحديث_جهات_الاتصال", 9),
    { source: "café\u202egnp", reason: "\u001b[31mred\u001b[0m says: 接続が拒否されました" },
    hourly("👩‍👩‍👧‍👦_family"),
    hourly(`w${"_wide_名前".repeat(11)}`),
  ]),
];

function make(name: string, crms: Crm[]): Situation {
  const read = crms.flatMap((crm) => ("reason" in crm ? [] : [crm]));
  const made = read.map((facts) => report({ ...activity(facts), querySeconds: facts.seconds ?? 0.1 }));
  const outcomes = crms.map((crm) => {
    const its = made.find(({ metadata }) => metadata.source === crm.source);
    return its === undefined ? failedOutcome(crm.source, "reason" in crm ? crm.reason : "") : madeOutcome(its);
  });
  const shared = findSharedCauses(
    read.flatMap((facts, index) => made.slice(index, index + 1).map((one) => describeFailures(activity(facts), one))),
    WINDOW,
  );
  const findings = [...findUnreachable(crms), ...shared];
  const severities = findings.flatMap(({ severity }) => (severity === "info" ? [] : [severity]));
  const verdict = worstVerdict([...outcomes.map((outcome) => outcome.verdict), ...severities]);
  return { name, pass: passDocument({ outcomes, findings, verdict }), reports: made };
}

function findUnreachable(crms: Crm[]): Finding[] {
  const failed = crms.flatMap((crm) => ("reason" in crm ? [crm] : []));
  return [...Map.groupBy(failed, ({ reason }) => reason)].flatMap(([reason, alike]) =>
    alike.length < 2
      ? []
      : [
          {
            id: "warehouse-unreachable",
            severity: "critical",
            rule_name: null,
            message: `One cause for ${alike.length} CRMs: ${reason}`,
            evidence: { sources: alike.map(({ source }) => source) },
          },
        ],
  );
}

/** Every half an hour a success, and the failures in the hours they name. */
function hourly(source: string, failures: FailureRow[] = []): Facts {
  const failedIn = failures.flatMap(({ minutes }) => minutes.map((minute) => Math.floor(minute / 60)));
  return {
    source,
    rules: [ruleOf("contacts", { runs: "s".repeat(96), everyMinutes: 30 })],
    failures,
    hours: Array.from({ length: 24 }, (_, index) => {
      const hourMs = WINDOW.startMs + index * HOUR_MS;
      const total = 2 + ((index * 7 + source.length) % 5);
      const failed = failedIn.filter((hour) => hour === hourMs / HOUR_MS).length;
      return { hourMs, total, successful: total - failed };
    }),
  };
}

/** Nothing has started for so many hours. */
function stopped(source: string, hours: number): Facts {
  const before = (name: string, minutes: number) =>
    ruleOf(name, { runs: "s".repeat(40), everyMinutes: 30, startedMinutesAgo: hours * 60 + minutes });
  return {
    source,
    rules: [before("leads", 3), before("jobs", 13), before("users", 23)],
    declaredRules: ["leads", "jobs", "users"].map((name) =>
      declared(name, { schedules: [schedule("every 30 minutes")] }),
    ),
  };
}

/** The newest runs of a rule failed. */
function failing(source: string, name: string, times: number): Facts {
  const error = "HTTP 401 Unauthorized: token expired";
  return {
    ...hourly(source),
    rules: [
      ruleOf("contacts", { runs: "s".repeat(96), everyMinutes: 30 }),
      ruleOf(name, { runs: `${"s".repeat(20)}${"f".repeat(times)}`, everyMinutes: 30, error }),
    ],
    // In minutes of its own, so that CRMs do not share them.
    failures: [],
  };
}

/** Two rules that failed at 13:00 and are well again. */
function away(source: string): Facts {
  const runs = `${"s".repeat(60)}ff${"s".repeat(16)}`;
  return {
    ...hourly(source, [failure("contacts", REFUSED, 2, [16, 16])]),
    rules: [ruleOf("contacts", { runs, everyMinutes: 30, error: REFUSED })],
  };
}

/** Failures, each in an hour of the window. */
function failure(rule: string, message: string, n: number, hours: number[]): FailureRow {
  const minutes = hours.map((hour, index) => (WINDOW.startMs + hour * HOUR_MS) / 60_000 + (index % 2));
  return {
    rule,
    message,
    n,
    firstMs: Math.min(...minutes) * 60_000,
    lastMs: Math.max(...minutes) * 60_000,
    current: true,
    minutes,
  };
}
