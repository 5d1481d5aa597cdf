/** What keeps a report from seeing rows: policies that hide them, and outages older than what is read. */
import { formatMinute, listNames } from "../text/figures.ts";
import type { FoundTables, TableFacts, WarehouseFacts } from "../warehouse/facts.ts";
import type { Judged } from "./judged.ts";

export function judgePolicies({ actions, rules }: FoundTables, role: string): Judged[] {
  // Without the rules a report is made all the same.
  return [...judgePolicy(actions, role, "error"), ...(rules === null ? [] : judgePolicy(rules, role, "warn"))];
}

/** `refusal`: how bad it is where rows are hidden. */
function judgePolicy(
  { name, policies, readers, refused, showsAll, hides }: TableFacts,
  role: string,
  refusal: "error" | "warn",
): Judged[] {
  const named = policies.map((policy) => `${policy.name} (for ${policy.roles.join(", ")})`);
  const evidence = { table: name, policies: named };
  if (!refused) {
    if (named.length === 0) return [];
    return [
      { status: "ok", message: `row policies on ${name} do not hold for ${role}: ${named.join(", ")}`, evidence },
    ];
  }
  const place = `row security ${hides === null ? "on" : "behind"} ${name}`;
  const affected = readers.length === 0 ? [role] : readers;
  const whom = listNames(affected.map((one) => (one === role ? one : `${one}, the owner of a view`)));
  const which = `by ${named.join(", ")}`;
  const what =
    named.length === 0
      ? `${place} hides rows from ${whom}, no policy shows it a row: the server refuses to read it`
      : showsAll
        ? `${place} holds for ${whom} and hides no row, ${which}: the server refuses to read it all the same`
        : `${place} may hide rows from ${whom}, ${which}: the server refuses to read it`;
  return [
    {
      status: refusal,
      message: what,
      advice: `${affected.map((one) => `ALTER ROLE "${one.replaceAll('"', '""')}" BYPASSRLS`).join("; ")}, or ${affected.includes(role) ? "read as a role that sees every row" : "give the view to a role that sees every row"}`,
      evidence,
    },
  ];
}

/** As a report's metadata says it. */
type Reach = { rules_known_since: string | null; sampled_rules: string[] };

/** Whether a rule without a schedule that stopped long ago would be told, by what a report has just been able to see. */
export function judgeReach(
  { rules_known_since: since, sampled_rules: sampled }: Reach,
  facts: WarehouseFacts,
): Judged[] {
  if (facts.tables.kind !== "found") return [];
  const evidence = { known_since: since, sampled };
  if (since === null && sampled.length === 0) {
    return [{ status: "ok", message: "every rule that ever ran is known, with a schedule or without", evidence }];
  }
  const unknown =
    since === null ? [] : [`a rule without a schedule that ran last before ${formatMinute(since)} is not known`];
  const partly = sampled.length === 0 ? [] : [`${listNames(sampled)} ran last perhaps later than is said`];
  return [
    {
      status: "warn",
      message: [...unknown, ...partly].join("; "),
      advice: adviseReach(facts.tables.found, facts.kind),
      evidence,
    },
  ];
}

function adviseReach({ actions, rules, columns }: FoundTables, engine: WarehouseFacts["kind"]): string {
  const { source, rule, start } = columns;
  const schedules = `give rules that must not be missed a schedule${rules === null ? "" : ` in ${rules.name}`}`;
  const [base] = actions.hides?.behind ?? [];
  if (actions.hides?.kind === "view" && base !== undefined) {
    return `set schema and table to what is behind the view (${actions.hides.behind.join(", ")}), or ${schedules}`;
  }
  if (engine === "sqlite" || actions.inParts || !actions.stored) return schedules;
  return `CREATE INDEX CONCURRENTLY ON ${actions.name} (${source}, ${rule}, ${start})`;
}
