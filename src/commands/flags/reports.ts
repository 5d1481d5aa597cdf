/** What the commands about kept reports share: a report as an operator names it, and times and CRMs as one types them. */
import { suggestName } from "../../config/nearest.ts";
import type { Config } from "../../config/schema.ts";
import { parseDuration } from "../../time/duration.ts";
import { CRM_NAME } from "../../config/sections/fields.ts";
import { AppError } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import type { SavedPass } from "../../report/document/saved-pass.ts";
import { formatInstant, formatMinute } from "../../text/figures.ts";
import type { Report } from "../../report/document/schema.ts";
import { VERDICTS } from "../../report/words.ts";
import type { ReportFilter, ReportRow } from "../../store/reports.ts";
import type { Store } from "../../store/store.ts";
import { NOW, readInstant } from "./flags.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../../time/units.ts";

export const REPORT_WORD = "an id of history list, latest, a CRM's name, a time, or CRM@TIME";

export const LATEST = "latest";
/** More than a pass has CRMs. */
const MOST_OF_A_PASS = 10_000;

/** What a word of the command line means. `beforeMs`: about a window that ends before that moment. */
type Wanted = { id: string } | { source: string | null; beforeMs: number | null };

export type Keeping = { store: Store; config: Pick<Config, "crms">; nowMs: number };

/**
 * `latest`, a CRM's name, a time, `CRM@TIME` or an id. A time means the newest report of a window that had ended by then. `source`: of
 * which CRM, where the word names none. Throws an `AppError` where no such report is kept.
 */
export async function findKeptReport(word: string, source: string | null, keeping: Keeping): Promise<ReportRow> {
  const [row] = await findRows(word, source, keeping);
  if (row !== undefined) return row;
  throw missing(word, keeping);
}

/** As `findKeptReport`. Of a pass that the word means these are all reports, the most urgent first. */
export async function findUrgentReports(
  word: string,
  source: string | null,
  keeping: Keeping,
): Promise<[ReportRow, ...ReportRow[]]> {
  const row = await findKeptReport(word, source, keeping);
  if (source !== null || !namesPass(word, keeping)) return [row];
  const rank = ({ summary }: ReportRow) => VERDICTS.indexOf(summary?.verdict ?? "unknown");
  const critical = ({ summary }: ReportRow) => summary?.critical ?? 0;
  const pass = await listPass(row, keeping);
  const [worst = row, ...others] = pass.toSorted((a, b) => rank(a) - rank(b) || critical(b) - critical(a));
  return [worst, ...others];
}

/** `rule`: that it was chosen among those that have it. */
export function sayChosen(source: string, rule: string | null = null): string {
  const those = rule === null ? "" : ` with ${quoteTyped(rule)}`;
  return `of ${source}, the most urgent of that pass${those}: name another CRM for its report`;
}

/** Whether the word means a whole pass: it names no CRM and no single report. */
export function namesPass(word: string, { nowMs }: Keeping): boolean {
  const wanted = readWanted(word, nowMs);
  return !("id" in wanted) && wanted.source === null;
}

/** All reports that were made together with that one. */
export async function listPass({ passId }: ReportRow, { store }: Keeping): Promise<ReportRow[]> {
  return await store.reports.list({ passIds: [passId], limit: MOST_OF_A_PASS });
}

/** The newest report of the same CRM whose window ended before. */
export async function findEarlier({ source, windowEndMs, id }: ReportRow, { store }: Keeping): Promise<ReportRow> {
  const [row] = await store.reports.list({ sources: [source], windowEndMs, limit: 1 });
  if (row !== undefined) return row;
  throw new AppError(
    "usage",
    `${id} is the oldest report of ${source} in ${store.place}: name another to compare it with`,
  );
}

/** The CRM that a word names; null where it names none. */
export async function findNamedSource(word: string, keeping: Keeping): Promise<string | null> {
  const wanted = readWanted(word, keeping.nowMs);
  return "id" in wanted ? (await findKeptReport(word, null, keeping)).source : wanted.source;
}

/** Throws an `AppError` where the report can no longer be read. */
export async function readKeptReport({ id }: ReportRow, { store }: Keeping): Promise<Report> {
  const read = await store.reports.read(id);
  if (read.status === "read") return read.report;
  const problem = read.status === "unreadable" ? read.problem : "it was deleted meanwhile";
  throw new AppError("delivery", `report ${id} in ${store.place} cannot be read: ${problem}`);
}

/** What a pass said about itself, with those reports of it. Throws an `AppError` where one can no longer be read. */
export async function readKeptPass(rows: ReportRow[], keeping: Keeping): Promise<SavedPass> {
  const { store } = keeping;
  const reports: Report[] = [];
  for (const row of rows) reports.push(await readKeptReport(row, keeping));
  const passId = rows[0]?.passId ?? "";
  const read = await store.reports.readPass(passId);
  if (read.status === "read") return { pass: read.pass, reports };
  const problem = read.status === "unreadable" ? read.problem : "it was deleted meanwhile";
  throw new AppError("delivery", `pass ${passId} in ${store.place} cannot be read: ${problem}`);
}

/** Epoch milliseconds from 1970 on: no calendar and no store has a time of any length. A length of time counts back from now; a bare number means days. */
export function readTime(flag: string, text: string, nowMs: number): number {
  if (text === NOW) return nowMs;
  const ago = parseDuration(text, DAY_MS);
  return ago === null
    ? readInstant(flag, text, ", or how long ago it was, such as 7d")
    : Math.max(0, nowMs - Math.round(Math.abs(ago)));
}

/** Any CRM's name will do: a CRM that is no longer configured may still have reports. */
export function readSources(flag: string | undefined): string[] | undefined {
  if (flag === undefined || flag === "all") return undefined;
  const names = flag.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !CRM_NAME.test(name));
  if (wrong !== undefined) throw new AppError("usage", `--crm: ${quoteTyped(wrong)} is no CRM's name; write --crm a,b`);
  return names;
}

async function findRows(word: string, source: string | null, { store, nowMs }: Keeping): Promise<ReportRow[]> {
  const wanted = readWanted(word, nowMs);
  if ("id" in wanted) return await store.reports.list({ ids: [wanted.id], limit: 1 });
  const of = wanted.source ?? source;
  const filter: ReportFilter = {
    ...(of === null ? {} : { sources: [of] }),
    ...(wanted.beforeMs === null
      ? { untilMs: await store.reports.findPresent(nowMs) }
      : { windowEndMs: wanted.beforeMs }),
    limit: 1,
  };
  return await store.reports.list(filter);
}

function readWanted(word: string, nowMs: number): Wanted {
  const [, source = null, time = word] = /^([a-z][a-z0-9_-]*)@(.+)$/.exec(word) ?? [];
  if (time === LATEST) return { source, beforeMs: null };
  if (source === null && CRM_NAME.test(word)) return { source: word, beforeMs: null };
  if (source === null && !/^\d/.test(word)) return { id: word };
  return { source, beforeMs: readTime("the time", time, nowMs) + precisionOf(time) };
}

/** A time is as long as the least that was typed of it: a window that a list shows to end at 21:00 has ended by 21:00. */
function precisionOf(time: string): number {
  if (!time.includes("T") && !time.includes(" ")) return 1;
  if (!/\d:\d\d:\d\d/.test(time)) return MINUTE_MS;
  return /\d[.,]\d/.test(time) ? 1 : SECOND_MS;
}

function missing(word: string, { store, config, nowMs }: Keeping): AppError {
  const wanted = readWanted(word, nowMs);
  const list = "see automation-reports history list";
  if ("id" in wanted) {
    return new AppError("usage", `no report ${quoteTyped(word)} is kept in ${store.place}: ${list}`);
  }
  const { source, beforeMs } = wanted;
  const of = source === null ? "" : ` of ${source}`;
  const by = beforeMs === null ? "" : ` whose window ends by ${formatMinute(formatInstant(beforeMs - 1))} UTC`;
  const names = config.crms.map(({ name }) => name);
  const advice = source === null || names.includes(source) ? list : suggestName(source, names);
  return new AppError("usage", `no report${of}${by} is kept in ${store.place}: ${advice}`);
}
