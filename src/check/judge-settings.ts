/** Names in a CRM's settings that its warehouse does not have: one item for each setting. */
import { formatCount } from "../text/figures.ts";
import type { WarehouseFacts } from "../warehouse/facts.ts";
import type { Judged } from "./judged.ts";

type Unused = NonNullable<WarehouseFacts["settings"]>["unused"][number];

type Words = {
  /** What holds the name, as it stands in the configuration. */
  holder: (crm: string) => string;
  /** What does not have the name. */
  nowhere: (runs: string) => string;
  /** What the name does while nothing has it. */
  now?: string;
};

const WORDS: Record<Unused["setting"], Words> = {
  rules: { holder: (crm) => `[crm.${crm}.rules]`, nowhere: (runs) => `no run ${runs} and no schedule` },
  "rules with expect": {
    holder: (crm) => `[crm.${crm}.rules]`,
    nowhere: (runs) => `no run ${runs} and no schedule`,
    now: "until then a report misses the runs that it expects",
  },
  exclude_rules: { holder: () => "exclude_rules", nowhere: (runs) => `no run ${runs} and no schedule` },
  wrapper_rules: { holder: () => "wrapper_rules", nowhere: (runs) => `no run ${runs} and no schedule` },
  rule_names: { holder: () => "rule_names", nowhere: () => "no schedule" },
  "rule_names to": { holder: () => "rule_names", nowhere: (runs) => `no run ${runs}` },
  statuses: { holder: () => "statuses", nowhere: (runs) => `no run ${runs}` },
};

/** How a status that is not there is told, and how somebody may write that. */
const NO_STATUS = /^\s*\(?(?:null|none|nil)?\)?\s*$/i;

export function judgeSettings(facts: WarehouseFacts, crm: string): Judged[] {
  if (facts.settings === null) {
    return [
      { status: "ok", message: "skipped: finding the names of the settings needs an index on the start of a run" },
    ];
  }
  const { unused, newest } = facts.settings;
  const span = facts.kind === "postgres" ? "of the last 30 days" : "there";
  const runs = newest === null ? span : `of the newest ${formatCount(newest)} ${span}`;
  const settings = Object.keys(WORDS) as Unused["setting"][];
  return settings.flatMap((setting) => {
    const names = unused.filter((one) => one.setting === setting);
    if (setting !== "statuses") return describe(setting, names, WORDS[setting], crm, runs);
    const isNone = ({ name }: Unused) => NO_STATUS.test(name);
    return [
      ...describe(
        setting,
        names.filter((one) => !isNone(one)),
        WORDS[setting],
        crm,
        runs,
      ),
      ...describeNoStatus(names.filter(isNone)),
    ];
  });
}

function describe(
  setting: string,
  unused: Unused[],
  { holder, nowhere, now = "it does nothing now" }: Words,
  crm: string,
  runs: string,
): Judged[] {
  if (unused.length === 0) return [];
  const quote = (name: string) => JSON.stringify(name);
  const names = unused.map(({ name }) => name);
  const near = unused.flatMap((one) => (one.near === null ? [] : [`${quote(one.near)} for ${quote(one.name)}`]));
  const there = near.length === 0 ? "" : `; there is ${near.join(", ")}`;
  return [
    {
      status: "warn",
      message: `${holder(crm)} names ${names.map(quote).join(", ")}, which ${nowhere(runs)} has${there}`,
      advice: `correct the name, or take it out of the configuration; ${now}`,
      evidence: { setting, names },
    },
  ];
}

function describeNoStatus(unused: Unused[]): Judged[] {
  if (unused.length === 0) return [];
  const names = unused.map(({ name }) => name);
  return [
    {
      status: "warn",
      message: `statuses names ${names.map((name) => JSON.stringify(name)).join(", ")}: a run without a status has no word that could be explained`,
      advice: "let the syncs write how each run ended, or read a view that says what a row without a status means",
      evidence: { setting: "statuses", names },
    },
  ];
}
