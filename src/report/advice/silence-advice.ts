/** Advice on runs that do not come, come to nothing, or do not end. */
import { quoteVisibly } from "../../text/blanks.ts";
import { findNearestName } from "../../text/alike-names.ts";
import { formatDuration, listNames } from "../../text/figures.ts";
import { adviseOnError } from "../errors/families.ts";
import { writeMapping } from "../expectation/expectations.ts";
import type { Finding, Recommendation } from "../document/schema.ts";

/** What every engine reads. */
export const START_FORM = "2026-07-10T21:00:00Z";

/** Of the rules that may be meant, so many are named. */
const MOST_NAMED = 3;

/** By what came of the runs that were started. */
const BARREN_ADVICE: Record<string, (rule: string) => string> = {
  skipped: (rule) => `See why ${rule} skips its runs: a lock that was left behind, or a run that does not end`,
  waiting: (rule) => `See why no worker takes up the runs of ${rule} that wait`,
  retrying: (rule) => `See in the rows or the log of ${rule} why its runs are started again and again`,
  hanging: (rule) => `See why the runs of ${rule} do not end, and mark the rows failed whose workers are gone`,
};

export function adviseOnOverdue(rule: string, evidence: Finding["evidence"]): string {
  const barren = adviseOnBarren(rule, evidence);
  if (barren !== null) return barren;
  const { unreadable_rows: unreadable, dry_runs: dryRuns, running_since: running, newest_error: error } = evidence;
  const { likely_successor: successor, basis } = evidence;
  if (typeof unreadable === "number")
    return `Let ${rule} write its starts as ${START_FORM}; until then nobody knows whether it has stopped`;
  if (typeof dryRuns === "number") return adviseOnDryRuns(rule);
  if (typeof running === "string")
    return `Check whether the run of ${rule} that began ${running} still works; if not, mark its row failed`;
  if (typeof error === "string")
    return `See why the newest run of ${rule} failed first: ${error}; ${adviseOnError(error, rule)}`;
  const restart = `${evidence["may_go_on"] === true ? `${seeWhetherOn(rule)}; if not, restart` : "Restart"} ${rule}, or its scheduler and worker`;
  if (typeof successor === "string") return `${adviseOnRename(rule, successor, basis)}. Else ${startSmall(restart)}`;
  return doubtMissed(evidence, restart);
}

/** Of few such runs each has its id in the finding, of older ones perhaps none. */
export function adviseOnLeftOpen({ stale, older, row_ids: ids }: Finding["evidence"]): string {
  const named = Array.isArray(ids) ? ids.length : 0;
  const where =
    named === 0
      ? ""
      : named >= Number(stale) + Number(older)
        ? "; their ids are in the finding"
        : "; the ids of some are in the finding";
  return `Mark the rows failed whose workers are gone${where}`;
}

/** Its old name stays due by its schedule, and by its habit. */
function adviseOnRename(rule: string, successor: string, basis: unknown): string {
  const named = /^[\w.-]+$/.test(rule) ? rule : JSON.stringify(rule);
  const mapped =
    basis === "schedule" ? `, and map its schedule in the CRM's table: ${writeMapping(rule, successor)}` : "";
  return `If ${successor} is its new name, call the old one over with automation-reports rules retire ${named}${mapped}`;
}

function adviseOnDryRuns(rule: string): string {
  return `See who set ${rule} to dry runs, which store nothing, and set it back`;
}

/** Null: no more than one run hangs, or its runs came to something. Beside one that has not ended, that is why the others are skipped. */
function adviseOnBarren(rule: string, evidence: Finding["evidence"]): string | null {
  const { fruitless, fruitless_runs: n, running_since: running } = evidence;
  if (fruitless === "skipped" && typeof running === "string")
    return `${rule} skips its runs beside one that has not ended: ${adviseOnStuck(evidence)}`;
  return fruitless === "hanging" && n === 1
    ? null
    : typeof fruitless === "string"
      ? (BARREN_ADVICE[fruitless]?.(rule) ?? null)
      : null;
}

type NoDataAdvice = Pick<Recommendation, "id" | "category" | "recommendation">;

const NO_DATA_ADVICE: Record<string, NoDataAdvice> = {
  "not-due": {
    id: "check-scheduler",
    category: "reliability",
    recommendation: "Compare the schedules with what should run: by them nothing was due",
  },
  unknown: {
    id: "explain-status",
    category: "data",
    recommendation: "Say under statuses what their words mean, and it is known what finished; the runs do start",
  },
  dry_run: {
    id: "end-dry-runs",
    category: "setup",
    recommendation: "See who set the automations to dry runs, which store nothing, and set them back",
  },
  skipped: {
    id: "end-skipping",
    category: "reliability",
    recommendation: "See why the runs are skipped: a lock that was left behind, or a run that does not end",
  },
  pending: {
    id: "check-workers",
    category: "reliability",
    recommendation: "See why no worker takes up the runs that wait",
  },
  stale: {
    id: "end-stuck-run",
    category: "reliability",
    recommendation: "See why the runs do not end, and mark the rows failed whose workers are gone",
  },
  running: {
    id: "await-run",
    category: "reliability",
    recommendation: "Compare how long it has run with what is usual; if it does not work any more, mark its row failed",
  },
  wrapper: {
    id: "check-parts",
    category: "reliability",
    recommendation:
      "See why the runs that contain others left no row of a part; if they have no parts, take them out of wrapper_rules",
  },
  "in-future": {
    id: "mend-writers",
    category: "data",
    recommendation: "Set the clock of the workers, or set timezone where they write local time",
  },
  excluded: {
    id: "review-exclusions",
    category: "setup",
    recommendation: "Take the rules that matter out of exclude_rules; else check that the scheduler starts the others",
  },
};

/** By what the finding says of the runs that did not count. */
export function adviseOnNoData({ reason, near_sources: near }: Finding["evidence"]): NoDataAdvice {
  if (reason === "spelled-otherwise" && Array.isArray(near))
    return {
      id: "set-crm-source",
      category: "setup",
      recommendation: `${adviseOnNearSource(near)}; else check that the scheduler and its workers are running`,
    };
  const known = typeof reason === "string" ? NO_DATA_ADVICE[reason] : undefined;
  return (
    known ?? {
      id: "check-scheduler",
      category: "reliability",
      recommendation:
        "Check that the scheduler and its workers are running, and that crm_source is what the warehouse uses",
    }
  );
}

/** A setting where there is a name to set. */
function adviseOnNearSource(near: unknown[]): string {
  const name = near.map(String).find((source) => source !== "");
  return name === undefined
    ? "Let the syncs write crm_source if those rows are this CRM's own"
    : `Set crm_source = ${quoteVisibly(name)} for this CRM if those runs are its own`;
}

/** Of rules that are silent while runs under another name, or under none, are newer. */
export function adviseOnOtherSpelling(near: unknown): string {
  const name = (Array.isArray(near) ? near : []).map(String).find((source) => source !== "");
  const before = "Let the syncs write crm_source as they did before";
  return name === undefined
    ? before
    : `${before}, or set crm_source = ${quoteVisibly(name)} for this CRM if they shall go on like that`;
}

export function adviseOnNever(rule: string, { likely, dry_runs: dryRuns }: Finding["evidence"]): string {
  if (typeof dryRuns === "number") return adviseOnDryRuns(rule);
  const names = Array.isArray(likely) ? likely.map(String) : [];
  if (names.length === 0) return `Start ${rule}; if it does run, map it in the CRM's table: ${writeMapping(rule)}`;
  const near = names.length === 1 ? names[0] : (findNearestName(rule, names) ?? undefined);
  const others = names.filter((name) => name !== near);
  const which = near === undefined ? ", which may be" : ", or to";
  const or = others.length === 0 ? "" : `${which} ${listNames(others, MOST_NAMED)}`;
  return `If it runs under another name, map ${rule} in the CRM's table: ${writeMapping(rule, near)}${or}; else start it`;
}

export function adviseOnMissed(rule: string, evidence: Finding["evidence"]): string {
  const { waited, schedule } = evidence;
  if (waited !== undefined) return `See why a run of ${rule} takes so long, or start it less often`;
  if (typeof schedule === "string")
    return `See why the scheduler does not start ${rule} at ${JSON.stringify(schedule)} any more`;
  if (evidence["may_go_on"] === true)
    return doubtMissed(evidence, `${seeWhetherOn(rule)}; if not, whether its scheduler or worker was down`);
  return doubtMissed(evidence, `See whether the scheduler or the worker of ${rule} was down at those times`);
}

/** Of runs without a row. */
function seeWhetherOn(rule: string): string {
  return `See whether a run of ${rule} goes on, if its rows are written when it ends`;
}

export function adviseOnLate(rule: string, evidence: Finding["evidence"]): string {
  return doubtMissed(evidence, `Spread the schedules around ${rule}, or add workers`);
}

/** Before advice about runs that are missed or late: what they may have become. */
function doubtMissed(evidence: Finding["evidence"], advice: string): string {
  const { also_written: names, usual_offset_seconds: seconds } = evidence;
  if (Array.isArray(names))
    return `Let every run write one spelling of the name: ${listNames(names)} ran too, and has no schedule. Else ${startSmall(advice)}`;
  if (typeof seconds !== "number") return advice;
  const offset = `${formatDuration(Math.abs(seconds))} ${seconds < 0 ? "before" : "after"}`;
  return `Each of its newest runs started ${offset} its time: set schedule_timezone if the schedule is in local time. Else ${startSmall(advice)}`;
}

function startSmall(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}

export function adviseOnStuckRule(rule: string, evidence: Finding["evidence"]): string {
  return adviseOnBarren(rule, evidence) ?? `${rule}: ${adviseOnStuck(evidence)}`;
}

function adviseOnStuck(evidence: Finding["evidence"]): string {
  const ids = evidence["row_ids"];
  if (!Array.isArray(ids) || ids.length === 0) return "check whether its open runs still run; if not, mark them failed";
  return ids.length === 1
    ? `check whether row ${ids.join("")} still runs; if not, mark it failed`
    : `check whether rows ${ids.join(", ")} still run; if not, mark them failed`;
}
