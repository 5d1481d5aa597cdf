/** What the server refuses to let a report read of its rules, and `check` of its runs, which only the server knows of a view. */
import type { CrmConfig } from "../../config/schema.ts";
import { codeOf, wasStillRunning, wasTakenBack } from "../../database/failure.ts";
import { isHidingRows } from "../../database/refusals.ts";
import { describeTarget, type PostgresTarget } from "../../database/target.ts";
import type { Connection } from "../../database/connection.ts";
import type { RulesProblem } from "../../report/activity.ts";
import { describeReadFailure } from "../failure-words.ts";
import { explainBroken, explainForbidden, explainSlow, withoutRules, type Found, type Source } from "../source.ts";
import { quoteTable } from "../tables.ts";
import type { TableFacts } from "./lookback.ts";

/** SQLSTATE of what the role has no right to, or what row-level security would hide from it. */
const NOT_ALLOWED = "42501";

type Table = TableFacts & { readable: boolean; hidden: boolean };

type Limits = Pick<CrmConfig, "timeoutMs" | "statementTimeoutMs">;

/** Without a table of rules that cannot be read, as a report does; `hidden` of views, of whose policies the catalog does not say all. */
export async function askForRefusals<T extends Table>(
  connection: Connection,
  target: PostgresTarget,
  found: Found<T>,
  limits: Limits,
): Promise<Found<T>> {
  if (found.kind !== "found" || !found.actions.readable) return found;
  const { source, rules } = found;
  const refusal = await findFailure(connection, `EXPLAIN SELECT FROM ${quoteTable(found.actions)}`);
  const actions = { ...found.actions, hidden: found.actions.hidden || isHidingRows(refusal) };
  if (rules === null || source.rulesProblem !== null) return { ...found, actions };
  const failure = await findRulesFailure(connection, source, rules, limits);
  if (failure === null) return { ...found, actions };
  const told = { ...found, actions, rules: { ...rules, hidden: rules.hidden || isHidingRows(failure) } };
  return { ...told, source: withoutRules(source, explainRules(failure, rules, target, connection, limits)) };
}

/** Why the rules cannot be read, where they are what failed a report; null: they can be. */
export async function findRulesProblem(
  connection: Connection,
  target: PostgresTarget,
  source: Source,
  rules: TableFacts,
  limits: Limits,
): Promise<RulesProblem | null> {
  const failure = await findRulesFailure(connection, source, rules, limits);
  return failure === null ? null : explainRules(failure, rules, target, connection, limits);
}

/** Why a view or a foreign table of the rules takes longer than its part of the time; null: it does not. What else fails, fails the report. */
export async function findSlowness(
  connection: Connection,
  source: Source,
  rules: TableFacts,
  limits: Limits,
): Promise<RulesProblem | null> {
  if (!rules.opaque) return null;
  const failure = await findRulesFailure(connection, source, rules, limits);
  return wasStillRunning(failure) ? explainSlow(rules, partOf(limits)) : null;
}

/** A view or a foreign table of the rules may take as long as it likes: what they say is worth less than the runs, which are read after them. */
const RULES_SHARE = 0.25;

function partOf({ timeoutMs, statementTimeoutMs }: Limits): number {
  return Math.max(1, Math.round(Math.min(statementTimeoutMs ?? timeoutMs, timeoutMs) * RULES_SHARE));
}

/** Reads every value of them, as a report does. */
async function findRulesFailure(
  connection: Connection,
  { rules: text }: Source,
  { opaque }: TableFacts,
  limits: Limits,
): Promise<unknown> {
  const statement = `SELECT count(CAST(declared AS text)) FROM (${text}) AS declared`;
  if (!opaque) return await findFailure(connection, statement);
  const failure = await findFailure(connection, `SET LOCAL statement_timeout = ${partOf(limits)}; ${statement}`);
  // The limit is this question's own.
  await connection.ask("ROLLBACK TO SAVEPOINT question");
  return failure;
}

function explainRules(
  failure: unknown,
  rules: TableFacts,
  target: PostgresTarget,
  { host }: Connection,
  limits: Limits,
): RulesProblem {
  if (codeOf(failure) === NOT_ALLOWED) return explainForbidden(rules, isHidingRows(failure));
  if (rules.opaque && wasStillRunning(failure)) return explainSlow(rules, partOf(limits));
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
