/** What of the memory is not as this program writes it: a line for each row. */
import * as v from "valibot";
import { formatInstant } from "../../text/figures.ts";
import { DAY_MS, HOURS_A_DAY } from "../../time/units.ts";
import type { Engine } from "../engine.ts";
import { BATCH, keyOf, nameColumn, readAll, type Row } from "../rows.ts";
import { DaySchema, DisabledSchema, IgnoredSchema, RetiredSchema, StopSchema, WeekSchema } from "./row.ts";
import { readDay, readRules, readWeek } from "./stored.ts";
import { DAYS_A_WEEK, stampWeek } from "./week.ts";

export async function checkMemory(engine: Engine): Promise<string[]> {
  return [
    ...(await checkPacked(engine, "days", "day", "hours, cells", nameDay)),
    ...(await checkPacked(engine, "weeks", "week", "stamp, sums", nameWeek)),
    ...(await checkSmall(engine, "rules", "rules, stopped_ms, stopped", nameRules)),
    ...(await checkSmall(engine, "ignored", "from_hour, to_hour", ignoredRow)),
    ...(await checkSmall(engine, "retired", "rule, since_ms", retiredRow)),
    ...(await checkSmall(engine, "disabled", "rule, seen_ms", disabledRow)),
  ];
}

type Name = (row: Row) => string | null;

/** Large rows: batch by batch. */
async function checkPacked(
  engine: Engine,
  table: string,
  key: string,
  columns: string,
  nameProblem: Name,
): Promise<string[]> {
  const text = `SELECT source, ${key}, ${columns} FROM automation_reports_memory_${table}
    WHERE source > $1 OR (source = $1 AND ${key} > $2) ORDER BY source, ${key} LIMIT ${BATCH}`;
  const problems: string[] = [];
  for await (const row of readAll(engine, text, ["", 0], keyOf("source", key)))
    problems.push(...sayProblem(row, nameProblem));
  return problems;
}

async function checkSmall(engine: Engine, table: string, columns: string, nameProblem: Name): Promise<string[]> {
  const rows = await engine.look(
    async (ask) => await ask(`SELECT source, ${columns} FROM automation_reports_memory_${table} ORDER BY source`, []),
  );
  return rows.flatMap((row) => sayProblem(row, nameProblem));
}

function sayProblem(row: Row, nameProblem: Name): string[] {
  const problem = nameProblem(row);
  return problem === null ? [] : [`memory of ${String(row["source"])}: ${problem}`];
}

const nameDay: Name = (row) => {
  const read = v.safeParse(DaySchema, row);
  if (!read.success) return `day ${String(row["day"])}: ${nameColumn(DaySchema, row)}`;
  const { day } = read.output;
  if (readDay(row, day * HOURS_A_DAY) !== null) return null;
  return `${formatInstant(day * DAY_MS).slice(0, 10)} is not as this program writes it`;
};

const nameWeek: Name = (row) => {
  const read = v.safeParse(WeekSchema, row);
  if (!read.success) return `week ${String(row["week"])}: ${nameColumn(WeekSchema, row)}`;
  const { week, stamp } = read.output;
  const sums = row["sums"];
  if (sums instanceof Uint8Array && stampWeek(sums) === stamp && readWeek(row, week) !== null) return null;
  const first = formatInstant(week * DAYS_A_WEEK * DAY_MS).slice(0, 10);
  return `the sums of the week from ${first} are not as this program writes them`;
};

const nameRules: Name = (row) => {
  if (readRules(row) === null) return "its rules are not as this program writes them";
  const isStopWell = v.safeParse(StopSchema, row).success;
  return isStopWell ? null : "why its past is not read back any further is not as this program writes it";
};

const ignoredRow: Name = (row) => {
  const problem = nameColumn(IgnoredSchema, row);
  return problem === null ? null : `ignored hours ${String(row["from_hour"])} to ${String(row["to_hour"])}: ${problem}`;
};

const retiredRow: Name = (row) => {
  const problem = nameColumn(RetiredSchema, row);
  return problem === null ? null : `a rule that is over: ${problem}`;
};

const disabledRow: Name = (row) => {
  const problem = nameColumn(DisabledSchema, row);
  return problem === null ? null : `a rule that was disabled: ${problem}`;
};
