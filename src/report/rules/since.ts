/** Since when what is told holds. */
import type { Finding, Report } from "../document/schema.ts";

/** Of a finding, RFC 3339; null: not known. `rules`: those of its report. */
export function sinceOf({ evidence, rule_name: name }: Finding, rules: Report["rules"]): string | null {
  const rule = rules.find(({ rule_name: other }) => other === name);
  const since = evidence["since"] ?? rule?.since ?? evidence["from"];
  return typeof since === "string" && !Number.isNaN(Date.parse(since)) ? since : null;
}
