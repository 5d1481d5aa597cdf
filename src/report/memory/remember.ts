/** What a memory keeps of one reading, and what a report may know of a memory. */
import type { ReadActivity } from "../activity.ts";
import { createFingerprinter } from "../errors/fingerprint.ts";
import { maskName } from "../errors/redact.ts";
import { settledAt } from "../attempts.ts";
import { HOUR_MS } from "../../time/units.ts";
import type { Past } from "./cells.ts";
import { mergePasts } from "./merge.ts";
import { withHours } from "./without.ts";

/**
 * Each rule's hours and newest runs. Of an error its fingerprint is kept: no customer, no secret. A rule whose very name holds a secret
 * is not remembered.
 */
export function rememberActivity({ rules, hourly }: Pick<ReadActivity, "rules" | "hourly">): Past {
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
  return keepable(mergePasts(hourly, known) ?? known);
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
