/** Facts about one CRM, the findings that they must give, and what such facts are made of. */
import type { ReadActivity } from "../../src/report/activity.ts";
import type { ReportSettings } from "../../src/report/settings.ts";
import { activity, report, rule, schedule } from "./activities.ts";
import { WINDOW } from "./reports.ts";

const HOUR_MS = 3_600_000;

type Found = [id: string, severity: string, message: string];

export type FindingCase = {
  name: string;
  facts: Partial<ReadActivity>;
  settings?: Partial<ReportSettings>;
  found: Found[];
};

/** About rates and declarations: facts that are about what ran when give them besides. */
const ABOUT_OTHER_THINGS = ["success-rate-low", "utilization-low", "rule-undeclared"];

/** The findings about what ran, and what did not. */
export function listFound({ facts, settings = {} }: FindingCase): Found[] {
  return report(activity(facts), { settings })
    .findings.filter(({ id }) => !ABOUT_OTHER_THINGS.includes(id))
    .map(({ id, severity, message }) => [id, severity, message]);
}

/** The instant that is that number of hours before the window's end. */
export const ago = (hours: number) => WINDOW.endMs - hours * HOUR_MS;
/** Starts, the newest named first. */
const runs = (...hoursAgo: number[]) => hoursAgo.map(ago).toReversed();
/** One at half past each of the window's hours. */
const hourly = runs(...Array.from({ length: 24 }, (_, index) => index + 0.5));

/** Something else runs, so that the CRM as a whole is not silent. */
export const alive = rule(
  "alive",
  { success: 24 },
  { startsMs: hourly, lastSuccessMs: ago(0.5), previous: { success: 24 } },
);

export const every = (text: string) => ({ schedules: [schedule(text)] });
