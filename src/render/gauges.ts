/** The gauges of a CRM, by one set of names: in the textfile of a pass and in what a server answers. */
import { Gauge, type Registry } from "prom-client";
import { COUNTED, type Digest } from "../report/document/digest.ts";
import type { Finding } from "../report/document/schema.ts";
import { sourcesOf } from "../report/pass/standing-causes.ts";
import { showText } from "../text/terminal.ts";
import {
  CONDITIONS,
  PASS_FINDING_IDS,
  REPORT_STATUSES,
  SEVERITIES,
  VERDICTS,
  type Condition,
  type Verdict,
} from "../report/words.ts";

/** Of every name of ours. */
export const PREFIX = "automation_reports";

/** That CRMs could not be read tells `up`. */
const SHARED = PASS_FINDING_IDS.filter((id) => id !== "warehouse-unreachable");

type Content = typeof Registry.OPENMETRICS_CONTENT_TYPE | typeof Registry.PROMETHEUS_CONTENT_TYPE;

/** One way to make a gauge, whatever the format of the registry. */
export function gaugeMaker(registry: Registry<Content>) {
  return <const Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
}

export type Gauges = ReturnType<typeof createGauges>;

/** Without values yet. */
export function createGauges(registry: Registry<Content>) {
  const make = gaugeMaker(registry);
  const gauge = <const Label extends string>(name: string, help: string, labelNames: Label[]) =>
    make(`${PREFIX}_${name}`, help, labelNames);
  return {
    up: gauge("up", "1 where the CRM was read in the newest pass", ["crm"]),
    verdict: gauge("verdict", "1 for the verdict on the CRM, 0 for the others; up says whether it was read", [
      "crm",
      "verdict",
    ]),
    status: gauge("report_status", "1 for the status of the report, 0 for the others", ["crm", "status"]),
    seconds: gauge("read_seconds", "How long the CRM's reading took", ["crm"]),
    ratio: gauge("success_ratio", "Successful of finished actions in the window, 0 to 1", ["crm"]),
    actions: gauge(
      "actions",
      "Actions of the window, by status; partial is among failed, and successful and failed are the finished ones, the total",
      ["crm", "status"],
    ),
    lastSuccess: gauge("last_success_timestamp_seconds", "End of the newest success known", ["crm"]),
    missed: gauge("missed_runs", "Runs that schedules should have started in the window and that did not", ["crm"]),
    findings: gauge("findings", "Findings of the report, by severity", ["crm", "severity"]),
    causes: gauge("shared_cause", "1 where the CRM shares a cause with others that is not over, by what they share", [
      "crm",
      "cause",
    ]),
  };
}

/** `unknown`: what stands for a figure that is not known; null: nothing does. */
export function setReport(gauges: Gauges, crm: string, digest: Digest | null, unknown: number | null): void {
  const set = (gauge: Gauge<"crm">, value: number | null | undefined) => {
    const shown = value ?? unknown;
    if (shown !== null) gauge.set({ crm }, shown);
  };
  for (const word of REPORT_STATUSES) gauges.status.set({ crm, status: word }, digest?.status === word ? 1 : 0);
  set(gauges.ratio, digest?.figures.success_ratio);
  const isCounted = digest !== null && digest.status !== "fallback";
  for (const word of COUNTED) {
    const value = isCounted ? digest.actions[word] : unknown;
    if (value !== null) gauges.actions.set({ crm, status: word }, value);
  }
  const lastMs = digest?.lastSuccessMs ?? null;
  set(gauges.lastSuccess, lastMs === null ? null : lastMs / 1000);
  set(gauges.missed, isCounted ? (digest.figures.missed_runs ?? 0) : null);
  for (const severity of SEVERITIES) {
    const value = digest?.findings[severity] ?? unknown;
    if (value !== null) gauges.findings.set({ crm, severity }, value);
  }
}

/** `causes`: what several CRMs share. */
export function setCauses(gauges: Gauges, crm: string, causes: Finding[]): void {
  for (const cause of SHARED) {
    const isShared = causes.some(
      (found) => found.id === cause && found.evidence["over"] !== true && sourcesOf(found).includes(crm),
    );
    gauges.causes.set({ crm, cause }, isShared ? 1 : 0);
  }
}

/** One is 1, the others are 0. */
export function setVerdict({ verdict }: Gauges, crm: string, found: Verdict): void {
  for (const word of VERDICTS) verdict.set({ crm, verdict: word }, found === word ? 1 : 0);
}

/** Conditions of single rules: a gauge of its own, made only where it is asked for. */
export function setRules(
  registry: Registry<Content>,
  rules: { crm: string; rule: string; condition: Condition }[],
): void {
  const gauge = gaugeMaker(registry)(`${PREFIX}_rule_condition`, "1 for the condition of the rule, 0 for the others", [
    "crm",
    "rule",
    "condition",
  ]);
  for (const { crm, rule: name, condition } of rules) {
    const rule = showText(name);
    for (const word of CONDITIONS) gauge.set({ crm, rule, condition: word }, condition === word ? 1 : 0);
  }
}
