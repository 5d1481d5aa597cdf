/** What the rows say that cannot be trusted as it stands. */
import { formatCount, formatNear, formatPlural, listNames } from "../../text/figures.ts";
import { describeForms } from "../../text/unreadable-starts.ts";
import { isNoStatus, type Contradiction } from "../words.ts";
import type { UntoldRecords } from "../untold-records.ts";
import { describeNearSources } from "../near-sources.ts";
import { inform, warn, type Finder } from "./facts.ts";

/** These are findings of their own. */
const TOLD_ELSEWHERE: Contradiction[] = ["unknown-status", "success-without-records"];

/** They contradict nothing. */
const OF_OWN_WORDS: Contradiction[] = ["began-too-early", "records-unknown"];

/** One row may be a slip; where more are ahead, what ran since then is hidden. */
const MANY_AHEAD = 3;
/** Of those no more are looked at. */
const MOST_AHEAD = 1000;

/** How many runs start in the future, such as "1,000 or more". */
export function countAhead(n: number): string {
  return `${formatCount(n)}${n >= MOST_AHEAD ? " or more" : ""}`;
}

export const findUnknownStatus: Finder = ({ counts, activity }) => {
  if (counts.unknown === 0) return [];
  const words = activity.unknownStatuses.filter(({ word }) => !isNoStatus(word));
  const missing = activity.unknownStatuses
    .filter(({ word }) => isNoStatus(word))
    .reduce((sum, { n }) => Math.min(sum + n, counts.unknown), 0);
  const named = listNames(words.map(({ word }) => JSON.stringify(word)));
  const message =
    words.length === 0 && missing > 0
      ? `${formatPlural(counts.unknown, "run")} without a status, counted in no rate`
      : `${formatPlural(counts.unknown, "run")} with an unknown status, counted in no rate: ${named}${missing === 0 ? "" : `, and ${formatCount(missing)} without any`}`;
  const statuses = Object.fromEntries(activity.unknownStatuses.map(({ word, n }) => [word, n]));
  return [warn(message, { statuses })];
};

/** Rules that write their starts in another form now: what they did since then is in no figure. */
export const findUnreadableStarts: Finder = ({ activity }) => {
  const hidden = activity.rules.flatMap(({ unreadable }) =>
    unreadable === null || unreadable.newer === 0 ? [] : [unreadable],
  );
  if (hidden.length === 0) return [];
  const rows = hidden.reduce((sum, { newer }) => sum + newer, 0);
  const forms = [...new Set(hidden.map(({ form }) => form))];
  const names = hidden.map(({ rule }) => rule);
  const message = `The newest ${formatPlural(rows, "row")} of ${listNames(names)} cannot be read: ${describeForms(forms)}`;
  return [warn(message, { rules: names, rows, forms, row_ids: hidden.flatMap(({ ids }) => ids).slice(0, 3) })];
};

export const findAssumedZone: Finder = ({ activity: { assumedZone } }) =>
  assumedZone === null
    ? []
    : [
        warn(`Times have no zone and are read as UTC, and the server's zone is ${assumedZone}: set timezone`, {
          zone: assumedZone,
        }),
      ];

/** Rules are silent, and their CRM's name in other letters has runs: these may be theirs. Where no rule is silent `no-data` tells it. */
export const findOtherSpelling: Finder = ({ activity: { nearSources }, states }) => {
  const silent = states.filter(
    ({ judgement: { condition, severity } }) =>
      (condition === "overdue" || condition === "never") && (severity === "critical" || severity === "warning"),
  );
  if (nearSources.length === 0 || silent.length === 0) return [];
  const names = silent.map(({ facts: { rule } }) => rule);
  const message = `${describeNearSources(nearSources, "also ")}, with newer runs, while ${listNames(names)} ${names.length === 1 ? "is" : "are"} silent`;
  return [warn(message, { near_sources: nearSources, rules: names })];
};

/** One rule with all that is known of it; of several how many they are. */
function describeUntold(untold: UntoldRecords[], endMs: number): string[] {
  const [first] = untold;
  if (first === undefined) return [];
  const runs = formatPlural(
    untold.reduce((sum, { n }) => sum + n, 0),
    "run",
  );
  const since = formatNear(Math.min(...untold.map(({ sinceMs }) => sinceMs)), endMs);
  const least = first.isAtLeast ? " at least" : "";
  return untold.length === 1
    ? [
        `${first.rule}: its records are unknown since ${since}${least} (${runs}), usually ${formatCount(Math.round(first.usual))} a run`,
      ]
    : [
        `The records of ${formatCount(untold.length)} rules, which told them before, are unknown since ${since} (${runs}): ${listNames(untold.map(({ rule }) => rule))}`,
      ];
}

export const findContradictions: Finder = ({ dataQuality, activity, untold }) => {
  const kinds = dataQuality.filter(({ id }) => !TOLD_ELSEWHERE.includes(id));
  if (kinds.length === 0) return [];
  const isContradiction = ({ id }: { id: Contradiction }) => !OF_OWN_WORDS.includes(id);
  const ahead = kinds.find(({ id, count }) => id === "start-in-future" && count >= MANY_AHEAD);
  const words = kinds
    .filter((kind) => isContradiction(kind) && kind !== ahead)
    .map(({ id, count }) => `${formatCount(count)} ${id.replaceAll("-", " ")}`);
  const since = formatNear(activity.scannedFromMs, activity.window.endMs);
  const early = kinds.find(({ id }) => id === "began-too-early");
  const sentences = [
    ...(ahead === undefined
      ? []
      : [
          `${countAhead(ahead.count)} runs start in the future and are in no figure yet: a clock or a time zone is wrong`,
        ]),
    ...(words.length === 0 ? [] : [`Rows that contradict themselves or each other: ${listNames(words)}`]),
    ...(early === undefined
      ? []
      : [
          `${formatPlural(early.count, "run")} of ${listNames(early.rules)} ended here and began before ${since}, too early to be in the total`,
        ]),
    ...describeUntold(untold, activity.window.endMs),
  ];
  const counts = Object.fromEntries(kinds.map(({ id, count }) => [id, count]));
  const say = ahead === undefined ? inform : warn;
  return [say(sentences.join("; "), { kinds: counts })];
};
