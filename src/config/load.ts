/** Makes of a configuration's document what the program works with. */
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { findExposure } from "./exposure.ts";
import { describeProblems, readDocument, type ConfigDocument, type Variables } from "./document.ts";
import { readCrm } from "./read-crm.ts";
import { readHolidays } from "./read-holidays.ts";
import { readSchedules } from "./read-schedules.ts";
import { readServe } from "./read-serve.ts";
import { readStore } from "./read-store.ts";
import type { Purpose, Reading } from "./reading.ts";
import { findWords } from "./plain-words.ts";
import { ConfigSchema, type Config } from "./schema.ts";

/** Throws an `AppError` that names file, line and column of each problem, and no value. */
export async function loadConfig(path: string, variables: Variables, purpose: Purpose = "work"): Promise<Config> {
  return await resolveConfig(await readDocument(path, variables), variables, purpose);
}

/** What a document means: connections parsed, secrets read, defaults laid under. Throws as `loadConfig` does. */
export async function resolveConfig(
  { path, text, raw }: ConfigDocument,
  variables: Variables,
  purpose: Purpose = "work",
): Promise<Config> {
  const general = v.parse(ConfigSchema, raw);
  const reading: Reading = {
    purpose,
    path,
    text,
    variables,
    problems: [],
    secrets: [],
    warnings: [],
    isPasswordWritten: false,
  };
  const crms = Object.entries(raw.crm).map(([name, own]) => readCrm(name, own, raw.defaults ?? {}, reading));
  const holidays = await readHolidays(general.calendar.holidays, reading);
  const store = readStore(general.store, "store" in raw, reading);
  const schedules = readSchedules(general.schedule, Object.keys(raw.crm), reading);
  const serve = readServe(general.serve, reading);
  if (reading.problems.length > 0 || store === null || serve === null)
    throw await describeProblems(path, text, reading.problems);
  const config: Config = {
    path,
    concurrency: general.concurrency,
    export: {
      enabled: general.export.enabled,
      dir: general.export.dir === undefined ? null : resolve(dirname(path), general.export.dir),
      keep: general.export.keep,
    },
    displayTimezone: general.display.timezone ?? null,
    store,
    serve,
    crms: crms.filter((crm) => crm !== null).map((crm) => ({ ...crm, holidays })),
    schedules,
    secrets: reading.secrets,
    warnings: [...new Set([...findExposure(path, reading.isPasswordWritten), ...reading.warnings])],
  };
  return { ...config, secrets: findWords(config) };
}
