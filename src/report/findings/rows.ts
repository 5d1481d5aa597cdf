/** What the rows say that cannot be trusted as it stands. */
import { formatCount, formatPlural } from "../../text/figures.ts";
import type { Contradiction } from "../words.ts";
import { inform, listNames, warn, type Finder } from "./facts.ts";

/** These are findings of their own. */
const TOLD_ELSEWHERE: Contradiction[] = ["unknown-status", "success-without-records"];

export const findUnknownStatus: Finder = ({ counts, activity }) => {
  if (counts.unknown === 0) return [];
  const words = activity.unknownStatuses.map(({ word }) => JSON.stringify(word));
  const message = `${formatPlural(counts.unknown, "run")} with a status nobody has explained: ${listNames(words)}`;
  const statuses = Object.fromEntries(activity.unknownStatuses.map(({ word, n }) => [word, n]));
  return [warn(message, { statuses })];
};

/** Where every success of a rule processed nothing although it usually processes many. */
export const findZeroRecords: Finder = ({ activity, dataQuality, thresholds }) => {
  if (!dataQuality.some(({ id }) => id === "success-without-records")) return [];
  return activity.rules.flatMap(({ rule, current, records, usualRecords }) => {
    const listed = dataQuality.some(({ id, rules }) => id === "success-without-records" && rules.includes(rule));
    if (!listed || records.processed !== 0 || current.success < thresholds.min_actions) return [];
    const usual = Math.round(usualRecords ?? 0);
    const message = `${rule}: ${formatPlural(current.success, "run")} succeeded with 0 records, usually ${formatCount(usual)} a run`;
    return [warn(message, { successful: current.success, usual_records: usual }, rule)];
  });
};

export const findContradictions: Finder = ({ dataQuality }) => {
  const kinds = dataQuality.filter(({ id }) => !TOLD_ELSEWHERE.includes(id));
  if (kinds.length === 0) return [];
  const words = kinds.map(({ id, count }) => `${formatCount(count)} ${id.replaceAll("-", " ")}`);
  const counts = Object.fromEntries(kinds.map(({ id, count }) => [id, count]));
  return [inform(`Rows that contradict themselves or each other: ${listNames(words)}`, { kinds: counts })];
};
