/** What is known of each CRM, as the API publishes it. */
import * as v from "valibot";
import { compareUrgency, measureUrgency } from "../../../report/pass/attention.ts";
import { withMoment } from "../../../report/message.ts";
import { count, describe, instant, ratio, seconds } from "../../../report/document/schema-figures.ts";
import { CONDITIONS, REPORT_STATUSES, SEVERITIES, VERDICTS, type Verdict } from "../../../report/words.ts";
import { formatInstant, formatMinute } from "../../../text/figures.ts";
import type { CrmState } from "../../state.ts";

/** How well the CRM is known. */
const STANDS = ["reported", "stale", "unread", "none"] as const;
type Stand = (typeof STANDS)[number];

export const crmName = describe(v.string(), "The CRM's name in the configuration");

/** What is said of a CRM wherever it is named. */
export const standEntries = {
  crm: crmName,
  verdict: describe(
    v.picklist(VERDICTS),
    "Of the newest report. Where the CRM could not be read since, or that report is too old: critical if it was, else unknown, as state tells. All of these make the status critical",
  ),
  state: describe(
    v.picklist(STANDS),
    "reported: the newest report is about now; stale: its schedules should have made a newer one, or no schedule reports on it and it is more than a day old; unread: the warehouse could not be read; none: no report is kept that can be read",
  ),
  message: describe(v.string(), "The most urgent there is to say, in one line"),
};

/** All that is said of one CRM. */
export const CrmSchema = v.strictObject({
  ...standEntries,
  conditions: describe(
    v.nullable(v.strictObject(entriesOf(CONDITIONS, count))),
    "How many rules are in each condition; null: not known",
  ),
  findings: describe(
    v.nullable(v.strictObject(entriesOf(SEVERITIES, count))),
    "How many findings there are of each severity; null: not known",
  ),
  report: describe(
    v.nullable(
      v.strictObject({
        id: v.string(),
        href: describe(v.string(), "Where it is"),
        origin: describe(v.string(), "The schedule that made it, or adhoc"),
        status: v.picklist(REPORT_STATUSES),
        generated_at: instant,
        window_start: instant,
        window_end: instant,
        total_actions: describe(v.nullable(count), "Finished runs of the window, the n of the rate"),
        overall_success_rate: v.nullable(ratio),
        last_success_at: v.nullable(instant),
        missed_runs: describe(v.nullable(count), "Null: nothing is scheduled, or it could not be compared"),
      }),
    ),
    "The newest kept report: of the window that ends last",
  ),
  failure: describe(
    v.nullable(
      v.strictObject({
        at: instant,
        since: describe(
          v.nullable(instant),
          "The first pass that could not, none having read the CRM since; null: not known",
        ),
        pass_id: v.string(),
        reason: v.string(),
      }),
    ),
    "Why the newest pass could not read the CRM; null: it could",
  ),
  read_seconds: describe(v.nullable(seconds), "How long the newest pass read the warehouse; null: not known"),
});

export const CrmsSchema = v.strictObject({
  crms: describe(v.array(CrmSchema), "Most urgent first, those that could not be read before all"),
});

export type CrmDocument = v.InferOutput<typeof CrmSchema>;

/** `hrefOf`: the path of a kept report. */
export function publishCrm(state: CrmState, hrefOf: (reportId: string) => string): CrmDocument {
  const { newest, failure, seconds } = state;
  const { verdict, stand, message } = judgeCrm(state);
  return {
    crm: state.name,
    verdict,
    state: stand,
    message,
    conditions: newest === null ? null : newest.digest.conditions,
    findings: newest === null ? null : newest.digest.findings,
    report: newest === null ? null : publishNewest(newest, hrefOf),
    failure:
      failure === null
        ? null
        : {
            at: formatInstant(failure.atMs),
            since: failure.sinceMs === null ? null : formatInstant(failure.sinceMs),
            pass_id: failure.passId,
            reason: failure.reason,
          },
    read_seconds: seconds,
  };
}

/** What there is to say of the CRM now. */
export function judgeCrm({ newest, failure, stale }: CrmState): { verdict: Verdict; stand: Stand; message: string } {
  if (newest === null) {
    if (failure !== null) return { verdict: "unknown", stand: "unread", message: sayUnread(failure) };
    return { verdict: "unknown", stand: "none", message: stale ?? "no report was made yet" };
  }
  const { verdict, finding, windowEndMs, status } = newest.digest;
  const said = finding?.message ?? (verdict === "unknown" ? "too little is known to judge it" : "nothing to do");
  if (failure === null && stale === null)
    return { verdict, stand: "reported", message: withMoment(said, formatInstant(windowEndMs)) };
  // Of a report that says too little about now: an outage is told for as long as nothing newer is known.
  const held = `by the report to ${formatMinute(formatInstant(windowEndMs))} UTC`;
  const isCritical = verdict === "critical";
  const known = { verdict: isCritical ? ("critical" as const) : ("unknown" as const) };
  if (failure !== null) {
    const unread = sayUnread(failure);
    // Where there was no table the reason says it.
    const isTold = isCritical && status !== "fallback";
    return { ...known, stand: "unread", message: isTold ? `${unread}; ${held}: ${said}` : unread };
  }
  return { ...known, stand: "stale", message: isCritical ? `${said}, ${held}; ${stale ?? ""}` : (stale ?? "") };
}

/** As the page and the terminal put them: what is not known of now comes before what is known to be wrong. */
export function sortStates(states: CrmState[]): CrmState[] {
  const isUnread = ({ failure }: CrmState) => Number(failure !== null);
  const measure = ({ newest, failure, stale }: CrmState) =>
    newest === null || failure !== null || stale !== null ? UNKNOWN_NOW : newest.digest.urgency;
  return states.toSorted((a, b) => isUnread(b) - isUnread(a) || compareUrgency(measure(a), measure(b)));
}

const UNKNOWN_NOW = measureUrgency(null);

function sayUnread({ sinceMs, reason }: NonNullable<CrmState["failure"]>): string {
  const since = sinceMs === null ? "" : ` since ${formatMinute(formatInstant(sinceMs))} UTC`;
  return `could not be read${since}: ${reason}`;
}

function publishNewest(
  { id, origin, digest }: NonNullable<CrmState["newest"]>,
  hrefOf: (reportId: string) => string,
): CrmDocument["report"] {
  const { status, generatedMs, windowStartMs, windowEndMs, lastSuccessMs, figures } = digest;
  return {
    id,
    href: hrefOf(id),
    origin,
    status,
    generated_at: formatInstant(generatedMs),
    window_start: formatInstant(windowStartMs),
    window_end: formatInstant(windowEndMs),
    total_actions: figures.runs,
    overall_success_rate: figures.success_ratio,
    last_success_at: lastSuccessMs === null ? null : formatInstant(lastSuccessMs),
    missed_runs: figures.missed_runs,
  };
}

function entriesOf<const Word extends string, Schema extends v.GenericSchema>(words: readonly Word[], schema: Schema) {
  return Object.fromEntries(words.map((word) => [word, schema])) as Record<Word, Schema>;
}
