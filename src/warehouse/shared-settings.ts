/** Names that several CRMs have in the same setting: in one of them such a name may well mean nothing. */
import type { WarehouseFacts } from "./facts.ts";
import { listNamedSettings, type NamedSetting, type NamingConfig, type UnusedSetting } from "./unused-settings.ts";
import type { Visit } from "./visit.ts";

/**
 * Without the names that other CRMs have in the same setting, as all do that stands in `[defaults]`: one of them must use it, or
 * was not asked.
 */
export function withoutShared(
  visits: Visit<WarehouseFacts>[],
  crms: (NamingConfig & { name: string })[],
): Visit<WarehouseFacts>[] {
  const unusedOf = (crm: string) =>
    visits.flatMap((visit) =>
      visit.status === "read" && visit.source === crm ? [visit.result.settings?.unused] : [],
    )[0];
  const isUsedElsewhere = (own: UnusedSetting, crm: string) =>
    own.setting !== "rules" &&
    own.setting !== "rules with expect" &&
    crms.some((other) => {
      if (other.name === crm || !listNamedSettings(other).some((one) => isSame(one, own))) return false;
      const unused = unusedOf(other.name);
      return unused === undefined || !unused.some((one) => isSame(one, own));
    });
  return visits.map((visit) => {
    if (visit.status !== "read" || visit.result.settings === null) return visit;
    const unused = visit.result.settings.unused.filter((one) => !isUsedElsewhere(one, visit.source));
    return { ...visit, result: { ...visit.result, settings: { ...visit.result.settings, unused } } };
  });
}

function isSame(one: NamedSetting, other: NamedSetting): boolean {
  return one.setting === other.setting && one.name === other.name;
}
