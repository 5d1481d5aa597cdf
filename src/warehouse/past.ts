/** The past of a CRM as the statement of past hours tells it, and how much of it is read. */
import { codeOf } from "../database/failure.ts";
import * as v from "valibot";
import type { Past } from "../report/memory/cells.ts";
import { LONGEST_PAST_MS } from "../report/memory/known.ts";
import { coverSince } from "../report/memory/without.ts";
import type { ReadActivity } from "../report/activity.ts";
import { HOUR_MS, SECOND_MS } from "../time/units.ts";
import { computeHourBounds } from "./bounds.ts";
import { hoursSchema, nameRun } from "./document.ts";
import { buildPast } from "./hourly.ts";
import type { HoursRequest, ReadRequest } from "./request.ts";

/** Up to this many rows, reading the whole table costs too little to be noticed: its past is read with each report. */
export const SMALL_TABLE_ROWS = 200_000;
/** Of the time that a CRM is given, so much at most goes to its past: a report is worth more. */
export const PAST_SHARE = 0.25;
/** So many take 10 MB to tell. */
export const MOST_READ_RUNS = 500_000;

/** The hours of the past that belong to a report. */
export function requestPast({ crm, window, nowMs }: Pick<ReadRequest, "crm" | "window" | "nowMs">): HoursRequest {
  const firstMs = window.endMs - LONGEST_PAST_MS;
  return { crm, nowMs, fromMs: Math.floor(firstMs / HOUR_MS) * HOUR_MS, toMs: window.endMs };
}

/** Whether the past that a report would read is known. `tableSinceMs`: start of the table's oldest row; null: not known. */
export function isKnownElsewhere(
  request: Pick<ReadRequest, "crm" | "window" | "nowMs">,
  knownFromMs: number | null,
  tableSinceMs: number | null,
): boolean {
  if (knownFromMs === null) return false;
  return Math.max(requestPast(request).fromMs, tableSinceMs ?? -Infinity) >= knownFromMs;
}

/** Covers what the table reaches back to, as far as that is known. Null: there are too many runs. Throws a `ValiError` where the answer has another shape. */
export function readPast(json: string, request: HoursRequest): Past | null {
  const { hourly, newest, table_since: sinceMs } = v.parse(hoursSchema, JSON.parse(json));
  if (hourly === null) return null;
  const runs = [...Map.groupBy(newest, ([rule]) => rule)].map(
    ([rule, rows]) => [rule, rows.map(([, ...run]) => nameRun(run))] as const,
  );
  const past = buildPast(hourly, computeHourBounds(request), new Map(runs));
  return sinceMs === null
    ? past
    : coverSince(
        past,
        past.rules.reduce((ms, { firstMs }) => Math.min(ms, firstMs), sinceMs),
      );
}

/** A past that belongs to a report, or why there is none. */
export type SmallPast = Pick<ReadActivity, "past" | "pastProblem">;

/** It is read some other way, or the table is too large. */
export const NO_PAST: SmallPast = { past: null, pastProblem: null };

/** With the code of the failure: its words may hold what no report repeats. */
export function unreadablePast(error: unknown): SmallPast {
  const code = codeOf(error);
  return { past: null, pastProblem: `its past could not be read${code === "" ? "" : ` (${code})`}` };
}

/** The hours are told where there is a store. */
export function pastInVain({ crm: { timeoutMs }, hours = true }: Pick<ReadRequest, "crm" | "hours">): SmallPast {
  const advice = hours ? "raise it" : "raise it, or keep a [store]";
  const pastProblem = `its past was not read, for there was not enough time within timeout = ${timeoutMs / SECOND_MS} s: ${advice}`;
  return { past: null, pastProblem };
}

/** Why hours were not told. */
export function describeTooMany(): string {
  return `more than ${MOST_READ_RUNS} runs in the hours that were asked for`;
}

/** Without the hours before the oldest row that is known: what ran there may have been deleted. */
export function limitPast(past: Past, tableSinceMs: number | null): Past {
  return coverSince(past, tableSinceMs ?? Math.min(...past.rules.map(({ firstMs }) => firstMs)));
}
