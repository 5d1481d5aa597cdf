/** What the server refuses to let a report read of its rules, and `check` of its runs, which only the server knows of a view. */
import { codeOf, wasTakenBack } from "../../database/failure.ts";
import { isHidingRows } from "../../database/refusals.ts";
import { describeTarget, type PostgresTarget } from "../../database/target.ts";
import type { Connection } from "../../database/connection.ts";
import type { RulesProblem } from "../../report/activity.ts";
import { describeReadFailure } from "../failure-words.ts";
import { explainBroken, explainForbidden, withoutRules, type Found, type Source } from "../source.ts";
import { quoteTable, type TableName } from "../tables.ts";
import type { TableFacts } from "./lookback.ts";

/** SQLSTATE of what the role has no right to, or what row-level security would hide from it. */
const NOT_ALLOWED = "42501";

type Table = TableFacts & { readable: boolean; hidden: boolean };

/** Without a table of rules that cannot be read, as a report does; `hidden` of views, of whose policies the catalog does not say all. */
export async function askForRefusals<T extends Table>(
  connection: Connection,
  target: PostgresTarget,
  found: Found<T>,
): Promise<Found<T>> {
  if (found.kind !== "found" || !found.actions.readable) return found;
  const { source, rules } = found;
  const refusal = await findFailure(connection, `EXPLAIN SELECT FROM ${quoteTable(found.actions)}`);
  const actions = { ...found.actions, hidden: found.actions.hidden || isHidingRows(refusal) };
  if (rules === null || source.rulesProblem !== null) return { ...found, actions };
  const failure = await findFailure(connection, readRules(source));
  if (failure === null) return { ...found, actions };
  const told = { ...found, actions, rules: { ...rules, hidden: rules.hidden || isHidingRows(failure) } };
  return { ...told, source: withoutRules(source, explainRules(failure, rules, target, connection)) };
}

/** Why the rules cannot be read, where they are what failed a report; null: they can be. */
export async function findRulesProblem(
  connection: Connection,
  target: PostgresTarget,
  source: Source,
  rules: TableName,
): Promise<RulesProblem | null> {
  const failure = await findFailure(connection, readRules(source));
  return failure === null ? null : explainRules(failure, rules, target, connection);
}

/** Reads every value of them, as a report does. */
function readRules({ rules }: Source): string {
  return `SELECT count(CAST(declared AS text)) FROM (${rules}) AS declared`;
}

function explainRules(failure: unknown, rules: TableName, target: PostgresTarget, { host }: Connection): RulesProblem {
  if (codeOf(failure) === NOT_ALLOWED) return explainForbidden(rules, isHidingRows(failure));
  const asked = { ...target, hosts: [host] };
  const reason = describeReadFailure(failure, asked);
  return explainBroken(rules, reason.replace(`${describeTarget(asked)}: `, ""));
}

async function findFailure(connection: Connection, statement: string): Promise<unknown> {
  let failure: unknown = null;
  await attempt(
    connection,
    async () => await connection.ask(statement),
    (error) => {
      failure = error;
    },
  );
  return failure;
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
