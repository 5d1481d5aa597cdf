/** The one thing to know of a CRM or a finding, in few words: what stands beside it in a list. */
import { listAlike, sayAlike } from "../../report/pass/alike.ts";
import { countNamed, isWhole, type PassRow } from "../../report/pass/attention.ts";
import { NOT_KNOWN_OVER } from "../../report/pass/shared-failures.ts";
import { sayWhenDue } from "../../report/expectation/schedule-words.ts";
import type { Finding, Report } from "../../report/document/schema.ts";
import { formatCount, formatDuration, formatNear, formatPlural, listNames } from "../../text/figures.ts";
import { cutText, showText } from "../../text/terminal.ts";

const MOST_CAUSES = 3;
const LONGEST_CAUSE = 40;

/** What to do, at the end of a reason: it fills a line, and `check` tells it. */
const ADVICE =
  /(?:: |\. )(?:is PostgreSQL running|percent-encode|check|look|use|try|raise|restore|open it|read as|ask|add it|set|name|grant|create role|alter)\b.*$/i;

/** As `describeUnread`, of each host of a connection, and without the advice. */
export function describeUnreadShortly(row: PassRow): string {
  return describeUnread(row)
    .split("; ")
    .map((part) => part.replace(ADVICE, ""))
    .join("; ");
}

/** The reason why a CRM was not read, without what `check` explains. */
export function describeUnread({ reason }: PassRow): string {
  return showText((reason ?? "could not be read").split("\n")[0] ?? "");
}

/** What several CRMs have in common; `others` are those of them that are not named beside it. */
export function describeCause(cause: Finding, others: string[], endMs: number): string {
  const { message, evidence } = cause;
  const { example, over } = evidence;
  const [from, to, since] = [readTime(evidence["from"]), readTime(evidence["to"]), readTime(evidence["since"])];
  const also = others.length === 0 ? "" : ` (also ${listNames(others)})`;
  if (since !== null && typeof evidence["whole"] === "boolean")
    return showText(`${nameCause(cause)}${also} since ${formatNear(since, endMs)}: is the scheduler alive?`);
  if (from === null || to === null) return showText(message);
  const waits = Array.isArray(evidence["without_success"]) && evidence["without_success"].length > 0;
  const [start, end] = [formatNear(from, endMs), formatNear(to, endMs)];
  const [, day = ""] = /^(.* )?\d\d:\d\d$/.exec(start) ?? [];
  const when = `${start}–${end.startsWith(day) ? end.slice(day.length) : end}${over === true ? ", over" : waits ? ", going on" : over === false ? `, ${NOT_KNOWN_OVER}` : ""}`;
  return showText(`${nameCause(cause)}${also} ${when}${typeof example === "string" ? `: ${example}` : ""}`);
}

function nameCause({ id, evidence: { family, whole } }: Finding): string {
  if (id === "silence-shared") return whole === true ? "nothing started" : "several rules started nothing";
  return typeof family === "string" && family !== "other" ? `${family} errors` : "failures alike";
}

/** A finding in the words of a list; its own message where nothing shorter says as much. */
export function describeBriefly(finding: Finding, report: Report): string {
  const shorten = SHORTER[finding.id];
  return showText(shorten?.(finding, report) ?? finding.message);
}

type Shorten = (finding: Finding, report: Report) => string | null;

const SHORTER: Partial<Record<Finding["id"], Shorten>> = {
  "rules-stopped": (finding, report) => {
    const { evidence } = finding;
    const since = readTime(evidence["last_start_at"]);
    const rules = countNamed(evidence);
    const count = rules === null ? "all rules stopped" : `${formatCount(rules)} rules stopped`;
    if (since === null) return count;
    const at = nearEnd(since, report);
    return isWhole(finding) || rules === null
      ? `nothing since ${at}: ${count}`
      : `${formatCount(rules)} of ${formatCount(Number(evidence["due"]))} rules started nothing since ${at}`;
  },
  "runs-missed-together": ({ evidence }, report) => {
    const { from, to, missed } = evidence;
    const rules = countNamed(evidence);
    const [fromMs, toMs] = [readTime(from), readTime(to)];
    if (fromMs === null || toMs === null || rules === null || typeof missed !== "number") return null;
    const when = `${nearEnd(fromMs, report)}–${nearEnd(toMs, report)}`;
    return `${formatCount(rules)} rules missed ${formatCount(missed)} runs ${when}, over`;
  },
  "rule-overdue": ({ rule_name: rule, evidence }, report) => {
    const running = readTime(evidence["running_since"]);
    const { age_seconds: age, fruitless } = evidence;
    const due = describeDue(rule, report);
    if (fruitless === "skipped" && typeof age === "number")
      return `${rule ?? ""} skips its runs, the last success ${formatDuration(age)} ago${due}`;
    if (running !== null) return `${rule ?? ""} has been running since ${nearEnd(running, report)}`;
    if (evidence["may_go_on"] === true && typeof age === "number")
      return `${rule ?? ""} has left no row since its success ${formatDuration(age)} ago${due}`;
    const { missed_in_window: missed, expected } = evidence;
    if (typeof age === "number" && typeof missed === "number" && typeof expected === "number")
      return `${rule ?? ""} missed ${formatCount(missed)} of ${formatPlural(expected, "run")}, the last success ${formatDuration(age)} ago${due}`;
    return typeof age === "number"
      ? `${rule ?? ""} stopped ${formatDuration(age)} ago${due}`
      : `${rule ?? ""} has stopped, no success is known${due}`;
  },
  "rule-never": ({ rule_name: rule }, report) => `${rule ?? ""} never ran${describeDue(rule, report)}`,
  "rule-failing": (finding, report) => {
    const { rule_name: rule, evidence } = finding;
    const alike = listAlike(finding, report);
    if (alike.length > 1) return sayAlike(alike, report);
    const { failed_in_a_row: times, newest_error: error } = evidence;
    const since = readTime(evidence["since"]);
    if (typeof times !== "number" || since === null) return null;
    const at = nearEnd(since, report);
    const how = evidence["partial"] === times ? "ended only in part" : "failed";
    const what = times === 1 ? `${how} at ${at}` : `${how} ${formatCount(times)} times since ${at}`;
    return `${rule ?? ""} ${what}${typeof error === "string" ? `: ${error}` : ""}`;
  },
  "rule-stuck": ({ rule_name: rule, evidence }, report) => {
    const since = readTime(evidence["running_since"]);
    const what = evidence["fruitless"] === "waiting" ? "waits for a worker" : "hangs";
    return since === null ? null : `${rule ?? ""} ${what} since ${nearEnd(since, report)}`;
  },
  "rule-empty": ({ rule_name: rule, evidence }, report) => {
    const since = readTime(evidence["since"]);
    return since === null ? null : `${rule ?? ""} brings no records since ${nearEnd(since, report)}`;
  },
  "failures-many": (_, report) => describeFailures(report),
  "success-rate-low": (_, report) => describeFailures(report),
};

/** How many runs failed, and of what: families of causes, and messages that no family knows where they are frequent. */
function describeFailures({ performance_metrics: metrics, error_groups: groups, findings }: Report): string {
  // Whichever finding counts them, they are over or not.
  const isOver = findings.some(
    ({ id, evidence }) => (id === "failures-many" || id === "success-rate-low") && evidence["over"] === true,
  );
  const causes = new Map<string, number>();
  for (const { family, example, count } of groups) {
    const message = count > 1 ? cutText(example ?? "no message", LONGEST_CAUSE) : null;
    const cause = family === "other" ? message : family;
    if (cause !== null) causes.set(cause, (causes.get(cause) ?? 0) + count);
  }
  const named = [...causes].toSorted(([, a], [, b]) => b - a).slice(0, MOST_CAUSES);
  const failed = metrics.failed_actions;
  const others = failed - named.reduce((sum, [, count]) => sum + count, 0);
  const parts = named.map(([cause, count]) => `${cause} (${formatCount(count)})`);
  const how = findings.some(({ evidence, rule_name: rule }) => rule === null && evidence["partial"] === failed)
    ? "ended only in part"
    : "failed";
  const words = `${formatCount(failed)} of ${formatCount(metrics.total_actions)} ${how}${isOver ? ", over" : ""}`;
  if (parts.length === 0) return words;
  return `${words}: ${[...parts, ...(others > 0 ? [`others (${formatCount(others)})`] : [])].join(", ")}`;
}

function describeDue(rule: string | null, { rules, expectations }: Report): string {
  const schedules = rules.find(({ rule_name: name }) => name === rule)?.schedules ?? [];
  const isUnderstood = expectations?.inexpressible.every(({ rule_name: name }) => name !== rule) ?? true;
  return schedules.length === 0 || !isUnderstood
    ? ""
    : ` (due ${sayWhenDue(schedules, expectations?.timezone ?? null)})`;
}

function readTime(value: unknown): number | null {
  return typeof value === "string" ? Date.parse(value) : null;
}

function nearEnd(ms: number, { metadata }: Report): string {
  return formatNear(ms, Date.parse(metadata.window_end));
}
