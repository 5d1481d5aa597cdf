/** Rules of one CRM whose newest runs failed for one cause: one outage, which a list of what is wrong tells once. */
import { createFingerprinter } from "../errors/fingerprint.ts";
import type { Finding, Report } from "../document/schema.ts";
import { formatCount, formatNear, listNames } from "../../text/figures.ts";

/** How many of the rules are named. */
const MOST_NAMES = 3;

type Findings = Report["findings"];

const known = new WeakMap<Findings, Map<Finding, Finding[]>>();

/** With it the other rules' findings of that cause and severity, as the report has them; alone where there is none. */
export function listAlike(finding: Finding, { findings }: Report): Finding[] {
  const groups = known.get(findings) ?? groupAlike(findings);
  known.set(findings, groups);
  return groups.get(finding) ?? [finding];
}

/** Of several that are alike, in one line. */
export function sayAlike(alike: Finding[], { metadata: { window_end: windowEnd }, omitted }: Report): string {
  const outages = alike.flatMap((finding) => readOutage(finding) ?? []);
  const times = outages.reduce((sum, outage) => sum + outage.times, 0);
  const [since = windowEnd] = outages.map((outage) => outage.since).toSorted();
  const at = formatNear(Date.parse(since), Date.parse(windowEnd));
  const how = outages.some(({ isPartial }) => isPartial) ? "ended only in part" : "failed";
  const names = alike.flatMap(({ rule_name: rule }) => rule ?? []);
  // Of a report that leaves findings out there may be more.
  const count = `${omitted?.["findings"] === undefined ? "" : "at least "}${formatCount(alike.length)}`;
  return `${count} rules ${how} ${formatCount(times)} times since ${at}: ${outages[0]?.error ?? ""} (${listNames(names, MOST_NAMES)})`;
}

/** What it says, of all that are alike. */
export function tellWhole(finding: Finding, report: Report): string {
  const alike = listAlike(finding, report);
  return alike.length > 1 ? sayAlike(alike, report) : finding.message;
}

function groupAlike(findings: Findings): Map<Finding, Finding[]> {
  const fingerprintOf = createFingerprinter();
  const ofRules = new Map(findings.map((finding) => [finding.rule_name, finding]));
  const groups = Map.groupBy(ofRules.values(), (finding) => {
    const outage = readOutage(finding);
    if (outage === null) return finding;
    const { family, key } = fingerprintOf(outage.error);
    return JSON.stringify([finding.severity, outage.isPartial, family, key]);
  });
  return new Map([...groups.values()].flatMap((alike) => alike.map((finding) => [finding, alike] as const)));
}

type Outage = { since: string; times: number; error: string; isPartial: boolean };

/** Null: the newest runs of no rule failed, or nothing tells why. */
function readOutage({ id, evidence }: Finding): Outage | null {
  const { since, failed_in_a_row: times, newest_error: error, partial } = evidence;
  return id === "rule-failing" && typeof since === "string" && typeof times === "number" && typeof error === "string"
    ? { since, times, error, isPartial: partial === times }
    : null;
}
