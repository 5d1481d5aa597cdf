/** What a memory keeps of one reading, and what a report may know of a memory. */
import type { ReadActivity } from "../activity.ts";
import { createFingerprinter } from "../errors/fingerprint.ts";
import { maskName } from "../errors/redact.ts";
import { settledAt } from "../attempts.ts";
import { HOUR_MS } from "../../time/units.ts";
import type { Past, RulePast } from "./cells.ts";
import { mergePasts } from "./merge.ts";

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
  return {
    covered: covered.flatMap(([from, to]) => (from < endHour ? [[from, Math.min(to, endHour)]] : [])),
    rules: rules.flatMap((rule) =>
      leftOut.includes(rule.rule) || rule.firstMs >= endMs ? [] : [limitRule(rule, endMs)],
    ),
  };
}

function limitRule(rule: RulePast, endMs: number): RulePast {
  const endHour = Math.floor(endMs / HOUR_MS);
  if (!rule.runs.some((run) => settledAt(run) >= endMs) && !rule.starts.some(([hour]) => hour >= endHour)) return rule;
  return {
    ...rule,
    cells: rule.cells.filter(({ hour }) => hour < endHour),
    starts: rule.starts.filter(([hour]) => hour < endHour),
    runs: rule.runs.filter((run) => settledAt(run) < endMs),
  };
}
