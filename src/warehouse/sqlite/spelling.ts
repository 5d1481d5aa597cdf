/** Asks an SQLite file how its newest rows spell their times. */
import type { Database } from "bun:sqlite";
import type { ReadRequest } from "../request.ts";
import type { Source } from "../source.ts";
import { readSpelling, type Spelling } from "../spelling.ts";
import type { Spellings } from "./instants.ts";
import { composeSpelling, type SqliteValue } from "./statement.ts";

/** All spellings are tried only where a time is in none of SQLite's own: to prepare that statement takes longer than to read most tables. */
export function askSpelling(database: Database, source: Source, request: Pick<ReadRequest, "crm" | "nowMs">): Spelling {
  const ask = (spellings: Spellings): Spelling => {
    const { text, values } = composeSpelling(source, request, spellings);
    const row = database.query<{ document: string }, SqliteValue[]>(text).get(...values);
    return readSpelling(row?.document ?? "");
  };
  const own = ask("own");
  return own.isReadable && !own.isOther && own.unreadable.length === 0 ? own : ask("all");
}

/** Which spellings the statements have to know. */
export function spellingsOf({ isOther }: Spelling): Spellings {
  return isOther ? "all" : "own";
}
