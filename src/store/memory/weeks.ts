/** Weeks that are added up: made where all of their days are known, and deleted where one of them changes. */
import { LONGEST_PAST_DAYS } from "../../report/memory/known.ts";
import { HOURS_A_DAY } from "../../time/units.ts";
import type { Ask } from "../engine.ts";
import { whole } from "../rows.ts";
import * as v from "valibot";
import { WHOLE_DAY } from "./day.ts";
import { compress, joinDays, readDay } from "./stored.ts";
import { DAYS_A_WEEK, packWeek, stampWeek } from "./week.ts";

/** Rows come late: a week whose days still change is not added up. */
const SETTLED_DAYS = 3;
/** Older ones are read by no report of today: they go, and their days stay. */
const READ_WEEKS = Math.ceil(LONGEST_PAST_DAYS / DAYS_A_WEEK) + 2;

/** `changed`: days of this CRM that were written in this transaction. */
export async function keepWeeks(ask: Ask, source: string, changed: number[]): Promise<void> {
  for (const week of new Set(changed.map((day) => Math.floor(day / DAYS_A_WEEK))))
    await ask("DELETE FROM automation_reports_memory_weeks WHERE source = $1 AND week = $2", [source, week]);
  await ask(
    `DELETE FROM automation_reports_memory_weeks WHERE source = $1 AND week < (
      SELECT max(day) / ${DAYS_A_WEEK} - ${READ_WEEKS} FROM automation_reports_memory_days WHERE source = $1)`,
    [source],
  );
  const missing = await ask(
    `SELECT days.day / ${DAYS_A_WEEK} AS week
      FROM automation_reports_memory_days AS days, (SELECT max(day) AS day FROM automation_reports_memory_days WHERE source = $1) AS newest
      WHERE days.source = $1 AND days.hours = ${WHOLE_DAY} AND days.day >= newest.day - ${READ_WEEKS * DAYS_A_WEEK}
        AND NOT EXISTS (SELECT 1 FROM automation_reports_memory_weeks AS weeks
          WHERE weeks.source = days.source AND weeks.week = days.day / ${DAYS_A_WEEK})
      GROUP BY days.day / ${DAYS_A_WEEK}, newest.day
      HAVING count(*) = ${DAYS_A_WEEK} AND max(days.day) + ${SETTLED_DAYS} <= newest.day`,
    [source],
  );
  for (const row of missing) await addUpWeek(ask, source, v.parse(v.object({ week: whole }), row).week);
}

async function addUpWeek(ask: Ask, source: string, week: number): Promise<void> {
  const first = week * DAYS_A_WEEK;
  const rows = await ask(
    `SELECT day, hours, cells FROM automation_reports_memory_days
      WHERE source = $1 AND day >= $2 AND day < $3 ORDER BY day`,
    [source, first, first + DAYS_A_WEEK],
  );
  const days = rows.flatMap((row, index) => readDay(row, (first + index) * HOURS_A_DAY) ?? []);
  if (days.length < DAYS_A_WEEK) return;
  const sums = compress(packWeek(joinDays(days), week));
  await ask(
    `INSERT INTO automation_reports_memory_weeks (source, week, stamp, sums) VALUES ($1, $2, $3, $4)
      ON CONFLICT (source, week) DO UPDATE SET stamp = excluded.stamp, sums = excluded.sums`,
    [source, week, stampWeek(sums), sums],
  );
}
