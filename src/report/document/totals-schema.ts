/** What all rules and findings of a report count together: the shape. */
import * as v from "valibot";
import { count, instant } from "./schema-figures.ts";
import { CONDITIONS, SEVERITIES } from "../words.ts";

export const TotalsSchema = v.strictObject({
  rules: count,
  findings: v.strictObject(countBy(SEVERITIES, () => count)),
  conditions: v.strictObject(countBy(CONDITIONS, () => count)),
  missed_runs: v.nullable(count),
  late_runs: v.nullable(count),
  last_success_at: v.nullable(instant),
});

export type Totals = v.InferOutput<typeof TotalsSchema>;

export function countBy<const Word extends string, Count>(words: readonly Word[], count: (word: Word) => Count) {
  return Object.fromEntries(words.map((word) => [word, count(word)])) as Record<Word, Count>;
}
