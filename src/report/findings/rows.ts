/** What the rows say that cannot be trusted as it stands. */
import { formatCount, formatPlural, listNames } from "../../text/figures.ts";
import type { Contradiction } from "../words.ts";
import { inform, warn, type Finder } from "./facts.ts";

/** These are findings of their own. */
const TOLD_ELSEWHERE: Contradiction[] = ["unknown-status", "success-without-records"];

export const findUnknownStatus: Finder = ({ counts, activity }) => {
  if (counts.unknown === 0) return [];
  const words = activity.unknownStatuses.map(({ word }) => JSON.stringify(word));
  const message = `${formatPlural(counts.unknown, "run")} with an unknown status, counted in no rate: ${listNames(words)}`;
  const statuses = Object.fromEntries(activity.unknownStatuses.map(({ word, n }) => [word, n]));
  return [warn(message, { statuses })];
};

export const findAssumedZone: Finder = ({ activity: { assumedZone } }) =>
  assumedZone === null
    ? []
    : [
        warn(`Times have no zone and are read as UTC, and the server's zone is ${assumedZone}: set timezone`, {
          zone: assumedZone,
        }),
      ];

export const findContradictions: Finder = ({ dataQuality }) => {
  const kinds = dataQuality.filter(({ id }) => !TOLD_ELSEWHERE.includes(id));
  if (kinds.length === 0) return [];
  const words = kinds.map(({ id, count }) => `${formatCount(count)} ${id.replaceAll("-", " ")}`);
  const counts = Object.fromEntries(kinds.map(({ id, count }) => [id, count]));
  return [inform(`Rows that contradict themselves or each other: ${listNames(words)}`, { kinds: counts })];
};
