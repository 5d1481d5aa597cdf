/** What every transaction of ours begins with, so that nobody else decides what our statements mean or for whom they run on. */
import { codeOf } from "./failure.ts";
import { malformed } from "./messages.ts";

/** The schemas of the role's own search path, as an array that SQL reads; set by `PINNED`. */
export const OWN_SCHEMAS = "automation_reports.schemas";

/** How often the server looks whether its client is still there while it works, as PostgreSQL writes it. */
const LOOK_FOR_CLIENT = "1s";

/**
 * To be sent after BEGIN, in the same round trip. Whoever may create functions, operators or types in a schema of the search path
 * could otherwise give names of ours another meaning. A temporary schema is searched first unless it is named last.
 */
export const PINNED = [
  // Not pinned yet: everything is named with its schema.
  `SELECT pg_catalog.set_config('${OWN_SCHEMAS}', CAST(pg_catalog.current_schemas(false) AS pg_catalog.text), true)`,
  "SET LOCAL search_path = pg_catalog, pg_temp",
  // A role or database may be set to read `\\` in our texts as an escape, and to write the names of types in quotation marks.
  "SET LOCAL standard_conforming_strings = on",
  "SET LOCAL quote_all_identifiers = off",
  // A role may be set to be sent what the server logs, such as the plans of debug_print_plan: megabytes that nobody reads.
  "SET LOCAL client_min_messages = error",
  // Only these systems tell a server that its client has gone; elsewhere it refuses the setting.
  `SELECT set_config('client_connection_check_interval', '${LOOK_FOR_CLIENT}', true)
    WHERE current_setting('client_connection_check_interval', true) IS NOT NULL AND version() ~* '(linux|darwin|bsd)'`,
];

const CANCELED = "57014";
const MOST_TRIES = 10;

/**
 * Sends the statements that begin a transaction, again where they are cancelled: until ours is set, the role's own statement_timeout
 * holds, and of one or two milliseconds a busy machine leaves nothing. A server that gives no row for `PINNED` gives none at all: what
 * is asked next would seem not to be there.
 */
export async function begin(ask: (text: string) => Promise<unknown[]>, statements: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const answers = await ask(tries === 1 ? statements : `ROLLBACK; ${statements}`);
      if (answers.flat().length === 0) throw withoutRow();
      return;
    } catch (error) {
      if (codeOf(error) !== CANCELED || tries === MOST_TRIES) throw error;
    }
  }
}

/** Of a question that has a row for an answer, whatever the server is. */
export function withoutRow(): Error {
  return malformed("no row where there is always one");
}
