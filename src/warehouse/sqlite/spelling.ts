/** Asks an SQLite file how its newest rows spell their times. */
import type { Database } from "bun:sqlite";
import type { ReadRequest } from "../request.ts";
import type { Source } from "../source.ts";
import { readSpelling, type Spelling } from "../spelling.ts";
import type { Spellings } from "./instants.ts";
import { composeSpelling, type SqliteValue } from "./statement.ts";

export function askSpelling(database: Database, source: Source, request: Pick<ReadRequest, "crm" | "nowMs">): Spelling {
  const { text, values } = composeSpelling(source, request);
  const row = database.query<{ document: string }, SqliteValue[]>(text).get(...values);
  return readSpelling(row?.document ?? "");
}

/** Which spellings the statements have to know. */
export function spellingsOf({ isOther }: Spelling): Spellings {
  return isOther ? "all" : "own";
}
