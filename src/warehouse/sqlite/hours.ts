/** What a CRM's rules did in some past hours, from an SQLite file. Blocks its thread: run it in the worker. */
import type { Database } from "bun:sqlite";
import { DatabaseError } from "../../database/failure.ts";
import type { Past } from "../../report/memory/cells.ts";
import {
  describeTooMany,
  limitPast,
  MOST_READ_RUNS,
  NO_PAST,
  readPast,
  requestPast,
  SMALL_TABLE_ROWS,
  unreadablePast,
  type SmallPast,
} from "../past.ts";
import type { HoursRequest, HoursResult, ReadRequest } from "../request.ts";
import type { Source } from "../source.ts";
import { locateSource } from "./locate.ts";
import { askDocument, isSmall, openDatabase } from "./open.ts";
import { askSpelling, type AskedSpelling } from "./spelling.ts";
import { composeHours } from "./statement.ts";

export function queryHours(request: HoursRequest, path: string): HoursResult {
  using database = openDatabase(path, request.crm.lockTimeoutMs);
  const read = database.transaction((): HoursResult => {
    const found = locateSource(database, request.crm);
    if (found.kind === "missing") return { ...found, where: path };
    const spelling = askSpelling(database, found.source, request);
    const past = readHours(database, found.source, request, spelling, MOST_READ_RUNS);
    if (past === null) throw new DatabaseError(describeTooMany());
    return { kind: "read", past, isSmall: request.asksSize === true && isSmall(database, found.source.actionsTable) };
  });
  return read();
}

/** The past of a table that is small enough to be read with each report. */
export function readSmallPast(
  database: Database,
  source: Source,
  request: ReadRequest,
  spelling: AskedSpelling,
  tableSinceMs: number | null,
): SmallPast {
  try {
    if (!isSmall(database, source.actionsTable)) return NO_PAST;
    const past = readHours(database, source, requestPast(request), spelling, SMALL_TABLE_ROWS);
    return past === null ? NO_PAST : { past: limitPast(past, tableSinceMs), pastProblem: null };
  } catch (error) {
    // What the report needs is there already: whatever goes wrong now, it is made without its past.
    return unreadablePast(error);
  }
}

function readHours(
  database: Database,
  source: Source,
  request: HoursRequest,
  spelling: AskedSpelling,
  most: number,
): Past | null {
  const document = askDocument(database, composeHours(source, request, most, spelling.spellings));
  return readPast(document, request);
}
