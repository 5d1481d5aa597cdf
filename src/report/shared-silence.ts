/** Several CRMs that fell silent at the same time: one cause, not several. */
import { isWhole } from "./attention.ts";
import { formatInstant, formatMinute, listNames } from "../text/figures.ts";
import { HOUR_MS } from "../time/units.ts";
import type { Finding, Report } from "./schema.ts";

/** From this many CRMs on, and from half of those that were read. */
const TOGETHER = 2;
const TOGETHER_SHARE = 0.5;
/** Last starts that lie no further apart than this are of one moment. */
const SAME_TIME_MS = HOUR_MS;

/** One finding, or none. */
export function findSharedSilence(reports: Report[]): Finding[] {
  const silent = reports.flatMap(({ metadata: { source }, findings }) => {
    const stopped = findings.find(({ id }) => id === "rules-stopped");
    const last = stopped?.evidence["last_start_at"];
    return stopped !== undefined && typeof last === "string"
      ? [{ source, lastMs: Date.parse(last), isAll: isWhole(stopped) }]
      : [];
  });
  const newestMs = Math.max(...silent.map(({ lastMs }) => lastMs));
  const together = silent.filter(({ lastMs }) => newestMs - lastMs <= SAME_TIME_MS);
  if (together.length < TOGETHER || together.length < reports.length * TOGETHER_SHARE) return [];
  const sources = together.map(({ source }) => source);
  const since = formatInstant(newestMs);
  const what = together.every(({ isAll }) => isAll)
    ? "nothing has started in them"
    : "several of their rules have not started";
  return [
    {
      id: "silence-shared",
      severity: "critical",
      rule_name: null,
      message: `One cause for ${sources.length} CRMs (${listNames(sources)}): ${what} since ${formatMinute(since)}: is the scheduler alive?`,
      evidence: { sources, since },
    },
  ];
}
