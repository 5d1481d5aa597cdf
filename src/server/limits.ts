/** Where the limits of a rule come from. */
import type { CrmConfig } from "../config/schema.ts";
import type { Origins } from "../report/explain.ts";
import { nameTable } from "../text/toml.ts";

/** Which table of the configuration in force sets a limit of the rule. */
export function originsOf(crm: CrmConfig | undefined, rule: string): Origins {
  if (crm === undefined) return () => null;
  const own = Object.hasOwn(crm.rules, rule) ? crm.rules[rule] : undefined;
  const values: Record<string, [own: number | null | undefined, crm: number | null]> = {
    warn_after: [own?.warnAfterMs, crm.warnAfterMs],
    error_after: [own?.errorAfterMs, crm.errorAfterMs],
    stale_after: [own?.staleAfterMs, crm.staleAfterMs],
  };
  return (key) => {
    const [ofRule = null, ofCrm = null] = values[key] ?? [];
    if (ofRule !== null) return nameTable(["crm", crm.name, "rules", rule]);
    return ofCrm === null ? null : `${nameTable(["crm", crm.name])} or [defaults]`;
  };
}
