/** Asks an SQLite file how its newest rows spell their times. */
import type { Database } from "bun:sqlite";
import type { ReadRequest } from "../request.ts";
import type { Source } from "../source.ts";
import { readSpelling, type Spelling } from "../spelling.ts";
import type { Spellings } from "./instants.ts";
import { composeSpelling, type SqliteValue } from "./statement.ts";

/** With the spellings that the statements have to know. */
export type AskedSpelling = Spelling & { spellings: Spellings };

/** Others are tried only where a time is in none of the ones before: to prepare that statement takes longer than to read most tables. */
export function askSpelling(
  database: Database,
  source: Source,
  request: Pick<ReadRequest, "crm" | "nowMs">,
): AskedSpelling {
  const ask = (spellings: Spellings): AskedSpelling => {
    const { text, values } = composeSpelling(source, request, spellings);
    const row = database.query<{ document: string }, SqliteValue[]>(text).get(...values);
    return { ...readSpelling(row?.document ?? ""), spellings };
  };
  const own = ask("own");
  if (isWhole(own)) return own;
  const common = ask("common");
  if (isWhole(common)) return readsMore(common, own) ? common : own;
  const all = ask("all");
  // What no spelling reads is no reason to look for more of them.
  return [common, own].reduce((best, fewer) => (readsMore(best, fewer) ? best : fewer), all);
}

/** Starts that are not there are unreadable in any spelling. */
function isWhole({ isReadable, isOther }: Spelling): boolean {
  return isReadable && !isOther;
}

function readsMore(more: Spelling, fewer: Spelling): boolean {
  return (
    countUnread(more) < countUnread(fewer) || more.isOther !== fewer.isOther || more.isReadable !== fewer.isReadable
  );
}

function countUnread({ unreadable }: Spelling): number {
  return unreadable.reduce((sum, { n }) => sum + n, 0);
}
