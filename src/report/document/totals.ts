/** What all rules and findings of a report count together, also those that are left out of it. */
import type { Report } from "./schema.ts";
import { countBy, type Totals } from "./totals-schema.ts";
import { CONDITIONS, SEVERITIES } from "../words.ts";

/** Of a report that leaves none out, by what it lists. */
export function countTotals({ totals, rules, findings }: Pick<Report, "rules" | "findings" | "totals">): Totals {
  return (
    totals ?? {
      rules: rules.length,
      findings: countBy(SEVERITIES, (severity) => findings.filter((finding) => finding.severity === severity).length),
      conditions: countBy(CONDITIONS, (condition) => rules.filter((rule) => rule.condition === condition).length),
      missed_runs: sumKnown(rules.map(({ missed }) => missed)),
      late_runs: sumKnown(rules.map(({ late }) => late)),
      last_success_at: newest(rules.flatMap(({ last_success_at: at }) => at ?? [])),
    }
  );
}

/** Null: no part is known. */
function sumKnown(parts: (number | null)[]): number | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : known.reduce((sum, part) => sum + part, 0);
}

/** RFC 3339. */
function newest(instants: string[]): string | null {
  return instants.length === 0 ? null : instants.reduce((a, b) => (Date.parse(b) > Date.parse(a) ? b : a));
}
