/** What the server refuses to let `check` read, which only the server knows of a view. */
import { codeOf, wasTakenBack } from "../../database/failure.ts";
import { isHidingRows } from "../../database/refusals.ts";
import type { Connection } from "../../database/connection.ts";
import { explainUnreadable, withoutRules, type Found } from "../source.ts";
import { quoteTable } from "../tables.ts";
import type { TableFacts } from "./lookback.ts";
import { NOT_ALLOWED } from "./read.ts";

type Table = TableFacts & { readable: boolean; hidden: boolean };

/** Without a table of rules that may not be read, as a report does; `hidden` of views, of whose policies the catalog does not say all. */
export async function askForRefusals<T extends Table>(connection: Connection, found: Found<T>): Promise<Found<T>> {
  if (found.kind !== "found" || !found.actions.readable) return found;
  const { source, rules } = found;
  const refusal = await findRefusal(connection, found.actions);
  const actions = { ...found.actions, hidden: found.actions.hidden || isHidingRows(refusal) };
  if (rules === null) return { ...found, actions };
  const ofRules = rules.readable ? await findRefusal(connection, rules) : null;
  const hidesRows = isHidingRows(ofRules);
  const told = { ...found, actions, rules: { ...rules, hidden: rules.hidden || hidesRows } };
  if (rules.readable && (ofRules === null || codeOf(ofRules) !== NOT_ALLOWED)) return told;
  return { ...told, source: withoutRules(source, explainUnreadable(rules, hidesRows)) };
}

async function findRefusal(connection: Connection, table: Table): Promise<unknown> {
  let refusal: unknown = null;
  await attempt(
    connection,
    async () => await connection.ask(`EXPLAIN SELECT FROM ${quoteTable(table)}`),
    (error) => {
      refusal = error;
    },
  );
  return refusal;
}

/** A question that may fail without taking the others with it; null where it did. */
export async function attempt<T>(
  connection: Connection,
  work: () => Promise<T>,
  onFailure: (error: unknown) => void = () => {},
): Promise<T | null> {
  await connection.ask("SAVEPOINT question");
  try {
    return await work();
  } catch (error) {
    // That is over for the whole snapshot.
    if (wasTakenBack(error)) throw error;
    onFailure(error);
    await connection.ask("ROLLBACK TO SAVEPOINT question");
    return null;
  }
}
