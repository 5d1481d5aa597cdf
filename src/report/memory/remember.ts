/** What a memory keeps of one reading, and what a report may know of a memory. */
import type { ReadActivity } from "../activity.ts";
import { createFingerprinter } from "../errors/fingerprint.ts";
import { maskName } from "../errors/redact.ts";
import { settledAt } from "../rules/attempts.ts";
import { HOUR_MS } from "../../time/units.ts";
import type { Past } from "./cells.ts";
import { mergePasts, uniteSpans } from "./merge.ts";
import { coverSince, withHours } from "./without.ts";

type Told = Pick<ReadActivity, "rules" | "hourly" | "tableSinceMs">;

/**
 * All that is known of the past: what the warehouse tells holds. Of hours before the oldest row the memory holds: what ran there was
 * deleted. Where there is no memory either, nothing ran; of hours after the newest one that is remembered nobody knows.
 */
export function joinPasts(activity: Told & Pick<ReadActivity, "past">, memory: Past | null): Past | null {
  const reached = coverReached(activity);
  const known = mergePasts(memory, mergePasts(activity.past, reached));
  if (known === null) return null;
  const tableHour = Math.floor((activity.tableSinceMs ?? Infinity) / HOUR_MS);
  const rememberedTo = memory?.covered.findLast(([from]) => from < tableHour)?.[1] ?? Infinity;
  const told = (activity.hourly?.covered ?? []).flatMap(([from, to]): Past["covered"] =>
    from < rememberedTo ? [[from, Math.min(to, rememberedTo)]] : [],
  );
  return { ...known, covered: uniteSpans([...known.covered, ...told]) };
}

/** The hours of both windows, as far as the table reaches back. */
function coverReached({ rules, hourly, tableSinceMs }: Told): Past | null {
  if (hourly === null) return null;
  let sinceMs = tableSinceMs ?? Infinity;
  for (const { firstMs } of hourly.rules) sinceMs = Math.min(sinceMs, firstMs);
  // A rule may be known from before the windows, also where the oldest row is not.
  for (const { runs, lookback } of rules) {
    for (const { startedMs } of runs) sinceMs = Math.min(sinceMs, startedMs);
    for (const startedMs of lookback?.startsMs ?? []) sinceMs = Math.min(sinceMs, startedMs);
  }
  return coverSince(hourly, sinceMs);
}

/**
 * Each rule's hours and newest runs. Of an error its fingerprint is kept: no customer, no secret. A rule whose very name holds a secret
 * is not remembered.
 */
export function rememberActivity(activity: Told): Past {
  const { rules } = activity;
  const known: Past = {
    covered: [],
    rules: rules.map(({ rule, runs }) => ({
      rule,
      firstMs: Math.min(...runs.map(({ startedMs }) => startedMs)),
      cells: [],
      starts: [],
      runs,
    })),
  };
  return keepable(mergePasts(coverReached(activity), known) ?? known);
}

/** The rules whose schedules are all disabled, but for names that hold a secret. */
export function listDisabled({ declaredRules }: Pick<ReadActivity, "declaredRules">): string[] {
  return declaredRules.flatMap(({ name, enabled }) => (enabled || maskName(name) !== name ? [] : name));
}

/** As `rememberActivity`, of hours that were read by themselves. */
export function keepable(past: Past): Past {
  const fingerprint = createFingerprinter();
  return {
    covered: past.covered,
    rules: past.rules
      .filter(({ rule, firstMs }) => maskName(rule) === rule && Number.isFinite(firstMs))
      .map((rule) => ({
        ...rule,
        runs: rule.runs.map((run) => (run.error === null ? run : { ...run, error: fingerprint(run.error).key })),
      })),
  };
}

/** What was known at that moment, of rules that are not left out: a report of a past window does not know what came later. */
export function pastUntil({ covered, rules }: Past, endMs: number, leftOut: string[]): Past {
  const endHour = Math.floor(endMs / HOUR_MS);
  const goesOn = covered.some(([, to]) => to > endHour);
  return {
    covered: covered.flatMap(([from, to]) => (from < endHour ? [[from, Math.min(to, endHour)]] : [])),
    rules: rules
      .filter(({ rule, firstMs }) => firstMs < endMs && !leftOut.includes(rule))
      .map((rule) => {
        const runs = rule.runs.filter((run) => settledAt(run) < endMs);
        return goesOn || runs.length < rule.runs.length ? withHours(rule, (hour) => hour < endHour, runs) : rule;
      }),
  };
}
