/** Looks at simulated CRMs with the product's own code, as of a moment: what it finds, and which rules it means. */
import { settingsOf } from "../../../src/config/report-settings.ts";
import type { CrmConfig } from "../../../src/config/schema.ts";
import { buildReport } from "../../../src/report/build.ts";
import type { Finding } from "../../../src/report/document/schema.ts";
import { describeFailures, findSharedCauses } from "../../../src/report/pass/shared-failures.ts";
import { findSharedSilence } from "../../../src/report/pass/shared-silence.ts";
import { DAY_MS, HOUR_MS } from "../../../src/time/units.ts";
import type { Window } from "../../../src/time/window.ts";
import { querySqlite } from "../../../src/warehouse/sqlite/query.ts";
import type { Random } from "../simulation/chance.ts";
import type { PastReader } from "./pasts.ts";

/** As of when a report is made, and the length of its window. */
export type Look = { atMs: number; hours: number };

/** Findings of each CRM's report in the order of the CRMs, and those of the pass as a whole. */
export type Seen = { reports: Finding[][]; pass: Finding[] };

const REPORT_HOURS = [4, 21];
/** Half of the looks are at a day, the others at an hour and a week. */
const WINDOW_HOURS = [24, 1, 24, 168];

/** Two looks a day at the hours of a report and one at any moment, each at the next window of the row. */
export function listLooks({ startMs, endMs }: Window, everyDays: number, random: Random): Look[] {
  const moments: number[] = [];
  for (let dayMs = startMs; dayMs < endMs; dayMs += everyDays * DAY_MS) {
    const anyMs = dayMs + Math.floor(random() * DAY_MS);
    moments.push(...REPORT_HOURS.map((hour) => dayMs + hour * HOUR_MS), anyMs);
  }
  return moments.map((atMs, index) => ({ atMs, hours: WINDOW_HOURS[index % WINDOW_HOURS.length] ?? 24 }));
}

/** The moments at which a report is made twice a day, after `startMs` until `endMs`. */
export function listReportTimes({ startMs, endMs }: Window): number[] {
  const firstDayMs = Math.floor(startMs / DAY_MS) * DAY_MS;
  const days = Math.ceil((endMs - firstDayMs) / DAY_MS) + 1;
  return Array.from({ length: days }, (_, day) => day)
    .flatMap((day) => REPORT_HOURS.map((hour) => firstDayMs + day * DAY_MS + hour * HOUR_MS))
    .filter((atMs) => atMs > startMs && atMs <= endMs);
}

/** A CRM, and what the memory knows of it; null: there is none. */
export type LookedAt = { config: CrmConfig; readPast: PastReader | null };

/** `nowMs` is the end of all rows: none of them lies in the future, as with an `--as-of` long ago. */
export function lookAt(crms: LookedAt[], { atMs, hours }: Look, nowMs: number): Seen {
  const window = { startMs: atMs - hours * HOUR_MS, endMs: atMs };
  const context = { passId: "judge", generatedMs: nowMs, generator: "judge", detailed: false };
  const activities = crms.map(({ config: crm, readPast }) => {
    if (crm.target.kind !== "sqlite") throw new Error("a simulated CRM is an SQLite file");
    const read = querySqlite(
      { crm, window, recent: 0, baselineSeconds: null, nowMs, pastKnownFromMs: 0 },
      crm.target.path,
      () => {},
    );
    if (read.kind === "missing") throw new Error("a simulated CRM has its tables");
    const past = readPast === null ? null : readPast(atMs);
    return { crm, past, activity: { ...read, source: crm.name, window, querySeconds: 0 } };
  });
  const reports = activities.map(({ crm, activity, past }) => buildReport(activity, settingsOf(crm), context, past));
  const failures = activities.flatMap(({ activity }, index) => {
    const report = reports[index];
    return report === undefined ? [] : [describeFailures(activity, report)];
  });
  return {
    reports: reports.map(({ findings }) => findings),
    pass: [...findSharedCauses(failures, window), ...findSharedSilence(reports)],
  };
}

export function isTrouble({ severity }: Finding): boolean {
  return severity !== "info";
}

/** Whether it is about that rule or CRM: by its name, or by its evidence. */
export function mentions({ rule_name, evidence }: Finding, name: string): boolean {
  return rule_name === name || Object.values(evidence).flat().includes(name);
}
