/** Rows that contradict themselves or each other, counted, with the ids to look at and what they mean. */
import type { Window } from "../time/window.ts";
import type { ReadActivity, RuleActivity } from "./activity.ts";
import { settledAt } from "./rules/attempts.ts";
import { countRuns } from "./counts.ts";
import type { Report } from "./document/schema.ts";
import type { UntoldRecords } from "./untold-records.ts";
import { CONTRADICTION_KINDS, type Contradiction, compareNames, NO_NAME } from "./words.ts";

export type DataQuality = NonNullable<Report["data_quality"]>;

const SHOWN_IDS = 3;
/** A rule whose finished runs process fewer on average may well find nothing. */
const MANY_RECORDS = 100;

/** So few earlier runs say little of what is usual. */
const FEWEST_EARLIER = 5;
const FAR_FEWER = 20;

/** What each kind of contradiction says about its rows. */
export const CONTRADICTION_MEANINGS: Record<Contradiction, string> = {
  "success-with-failures": "Success, although records failed: the rate says more than the records do",
  "more-failed-than-processed": "More records failed than were processed: one of the two counts something else",
  "running-with-end": "Running, although it has an end: the status was never updated, so it is in no rate",
  "finished-without-end": "Finished without an end: its duration is unknown",
  "end-before-start": "It ended before it started: a clock or a time zone is wrong, its duration is unknown",
  "end-unreadable": "Its end is in no form that is read: the run counts at its start, its duration is unknown",
  "unknown-status": "An unknown status word: in no rate until statuses in the configuration says what it means",
  "success-without-records":
    "Success with no records, where the rule usually processes many: probably it fetched nothing",
  "processed-not-counted":
    "0 records processed, although some were created or updated: one of the counts is wrong, or counts something else",
  "far-fewer-records":
    "Success with a small part of what each earlier run of the rule brought: probably it was cut off",
  "records-unknown":
    "Success that tells no records, where the runs before did: unknown is not 0, and no sum holds them",
  "success-with-error":
    "Success with an error message: a part of it probably failed, or the column holds other messages, too",
  "negative-counts": "A count below zero: no sum holds it",
  "inexact-counts": "A count beyond 2^53, or no number: no sum with it is exact, so that the sum is unknown",
  "ended-by-cleanup": "Ended by a clean-up, not by its worker: the end is the clean-up's, its duration is unknown",
  "start-in-future": "It starts in the future: a clock is wrong; no window holds it yet",
  "start-at-infinity": "It starts at infinity: no window will ever hold it",
  "start-unreadable": "Its start is missing or in no form that is read: no window holds it",
  "without-name": "It names no rule: all such runs are told as one",
  "began-too-early": "It ended in the window, and began before the first run that is read for it: it is in no total",
  "probable-duplicates": "Starts of one rule within 5 s: probably one run with two rows, counted twice",
  "wrapper-disagrees": "A wrapper tells another story than the runs inside it: trust the runs",
};

/** In the order of `CONTRADICTION_KINDS`; only what was found. */
export function listContradictions(activity: ReadActivity & { window: Window }, untold: UntoldRecords[]): DataQuality {
  const usual = new Map(activity.rules.map(({ rule, usualRecords }) => [rule, usualRecords ?? 0]));
  const found = [
    ...activity.contradictions.filter(
      ({ kind, rule }) => kind !== "success-without-records" || (usual.get(rule ?? "") ?? 0) >= MANY_RECORDS,
    ),
    ...activity.wrappers.flatMap(compareWrapper),
    ...activity.rules.flatMap((rule) => findPoorRun(rule, activity.window)),
    ...untold.map(({ rule, n, ids }): Row => ({ kind: "records-unknown", rule, n, ids })),
    ...activity.rules.flatMap(findNameless),
  ];
  return CONTRADICTION_KINDS.flatMap((kind) => {
    const rows = found.filter((row) => row.kind === kind);
    if (rows.length === 0) return [];
    return [
      {
        id: kind,
        count: rows.reduce((sum, { n }) => sum + n, 0),
        rules: [...new Set(rows.flatMap(({ rule }) => rule ?? []))].toSorted(compareNames),
        row_ids: rows.flatMap(({ ids }) => ids).slice(0, SHOWN_IDS),
        meaning: CONTRADICTION_MEANINGS[kind],
      },
    ];
  });
}

type Row = ReadActivity["contradictions"][number];

/** The newest success, against each of the earlier ones that are known. */
function findPoorRun({ rule, runs }: RuleActivity, window: Window): Row[] {
  const [newest, ...earlier] = runs.filter(({ status, records }) => status === "success" && records !== null);
  if (newest === undefined || earlier.length < FEWEST_EARLIER || settledAt(newest) < window.startMs) return [];
  const brought = newest.records ?? 0;
  const least = Math.min(...earlier.map(({ records }) => records ?? 0));
  if (brought <= 0 || least < MANY_RECORDS || brought * FAR_FEWER > least) return [];
  return [{ kind: "far-fewer-records", rule, n: 1, ids: newest.id === null ? [] : [newest.id] }];
}

function findNameless({ rule, current, runs }: RuleActivity): Row[] {
  if (rule !== NO_NAME || countRuns(current) === 0) return [];
  return [{ kind: "without-name", rule, n: countRuns(current), ids: runs.flatMap(({ id }) => id ?? []) }];
}

function compareWrapper({ rule, id, status, total, successful }: ReadActivity["wrappers"][number]): Row[] {
  const hides = status === "success" && successful < total;
  const invents = status === "failed" && total > 0 && successful === total;
  return hides || invents ? [{ kind: "wrapper-disagrees", rule, n: 1, ids: id === null ? [] : [id] }] : [];
}
