/** Whether all is well, in one word, one line and one document. */
import * as v from "valibot";
import { describe, instant } from "../../../report/document/schema-figures.ts";
import { worstVerdict } from "../../../report/rules/rule-states.ts";
import { SEVERITIES, VERDICTS, type Verdict } from "../../../report/words.ts";
import { verdictOnSchedule, type ScheduleJudgement } from "../../../schedule/judge.ts";
import { publishJudgement, ScheduleStatusSchema } from "../../../schedule/published.ts";
import { formatInstant, formatMinute, formatPlural } from "../../../text/figures.ts";
import { cutText, showText } from "../../../text/terminal.ts";
import type { CrmState } from "../../state.ts";
import { sourcesOf } from "../../../report/pass/standing-causes.ts";
import type { Finding } from "../../../report/document/schema.ts";
import { crmName, judgeCrm, sortStates, standEntries } from "./crms.ts";

const crmStatusSchema = v.strictObject({
  ...standEntries,
  report: describe(v.nullable(v.string()), "Id of the newest kept report"),
  window_end: describe(v.nullable(instant), "Up to when that report tells"),
});

type CrmStatus = v.InferOutput<typeof crmStatusSchema>;

export const StatusSchema = v.strictObject({
  verdict: describe(
    v.picklist(VERDICTS),
    "The worst of the CRMs, what they share, and the schedules. critical, with HTTP 503, also where nothing new is known of a CRM, whose own verdict may be unknown",
  ),
  message: describe(v.string(), "The same in one line"),
  crms: describe(v.array(crmStatusSchema), "Most urgent first, those that could not be read before all"),
  causes: describe(
    v.array(v.strictObject({ severity: v.picklist(SEVERITIES), crms: v.array(crmName), message: v.string() })),
    "What several of the CRMs share, by the passes that made their newest reports",
  ),
  schedules: describe(ScheduleStatusSchema, "How each schedule does its work"),
});

export type StatusDocument = v.InferOutput<typeof StatusSchema>;

const NAMED = 3;
const LONGEST = 240;

/** `judgements`: of the schedules over these CRMs. `causes`: what any of them shares with others. */
export function describeStatus(states: CrmState[], judgements: ScheduleJudgement[], causes: Finding[]): StatusDocument {
  const crms = sortStates(states).map((state): CrmStatus => {
    const { verdict, stand, message } = judgeCrm(state);
    return {
      crm: state.name,
      verdict,
      state: stand,
      message,
      report: state.newest?.id ?? null,
      window_end: state.newest === null ? null : formatInstant(state.newest.digest.windowEndMs),
    };
  });
  const ofCrms = crms.map((crm) => ({
    name: crm.crm,
    verdict: crm.state === "reported" ? crm.verdict : ("critical" as const),
    message: crm.message,
    isKnown: crm.state === "reported",
  }));
  const parts = [
    ...ofCrms.filter(({ isKnown }) => !isKnown),
    ...causes.flatMap(({ severity, message }) =>
      severity === "info" ? [] : [{ name: null, verdict: severity, message }],
    ),
    ...ofCrms.filter(({ isKnown }) => isKnown),
    ...judgements.flatMap((judgement) => {
      const verdict = verdictOnSchedule(judgement);
      // That reports are made as they should be says nothing of what is in them.
      if (verdict !== "critical" && verdict !== "warning") return [];
      return { name: `schedule ${judgement.schedule}`, verdict, message: judgement.message };
    }),
  ];
  const verdict = worstVerdict(parts.map((part) => part.verdict));
  return {
    verdict,
    message: sayStatus(
      verdict,
      parts.filter((part) => part.verdict === verdict),
      crms,
    ),
    crms,
    causes: causes.map((cause) => ({
      severity: cause.severity,
      crms: sourcesOf(cause),
      message: cause.message,
    })),
    schedules: judgements.map(publishJudgement),
  };
}

/** A monitor that looks at the code alone must hear of what is critical. */
export function httpStatusOf({ verdict }: StatusDocument): 200 | 503 {
  return verdict === "critical" ? 503 : 200;
}

function sayStatus(
  verdict: Verdict,
  worst: { name: string | null; message: string }[],
  crms: StatusDocument["crms"],
): string {
  if (verdict === "ok") {
    const ends = crms.flatMap(({ window_end: end }) => end ?? []).toSorted();
    return `ok: ${formatPlural(crms.length, "CRM")}, reported on up to ${formatMinute(ends[0] ?? "")} UTC`;
  }
  const named = worst
    .slice(0, NAMED)
    .map(({ name, message }) => `${name === null ? "" : `${name}: `}${cutText(showText(message), LONGEST)}`);
  const more = worst.length - named.length;
  return `${verdict}: ${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}
