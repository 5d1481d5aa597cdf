/** Which schedules report on a CRM, and which CRMs none reports on. */
import type { Config, ScheduleConfig } from "../config/schema.ts";
import { listNames } from "../text/figures.ts";

/** Whether that schedule reports on the CRM. */
export function covers({ crms }: Pick<ScheduleConfig, "crms">, crm: string): boolean {
  return crms === null || crms.includes(crm);
}

/** What a configuration leaves to be reported on by hand, in words; null: each of those CRMs is in a schedule. */
export function sayUncovered(crms: Config["crms"], schedules: ScheduleConfig[]): string | null {
  const names = crms.map(({ name }) => name).filter((name) => !schedules.some((schedule) => covers(schedule, name)));
  if (names.length === 0) return null;
  return `no schedule reports on ${listNames(names)}: add ${names.length === 1 ? "it" : "them"} to crms of a [[schedule]]`;
}
