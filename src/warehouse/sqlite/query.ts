/** One CRM's activity from an SQLite file, in one read transaction. Blocks its thread: run it in the worker. */
import type { Database } from "bun:sqlite";
import { computeBounds, MOST_NAMES, MOST_OLDER_ROWS } from "../bounds.ts";
import { isKnownElsewhere, PAST_SHARE, pastInVain } from "../past.ts";
import type { ReadRequest, ReadResult, SettledRequest } from "../request.ts";
import type { Document } from "../document.ts";
import { maskName } from "../../report/errors/redact.ts";
import { buildActivity } from "../rows.ts";
import { withoutRules, type Source } from "../source.ts";
import { readSmallPast } from "./hours.ts";
import { findRulesProblem, locateSource } from "./locate.ts";
import { readNearSources } from "./near-sources.ts";
import { askDocument, hasIndex, openDatabase } from "./open.ts";
import { askSpelling, type AskedSpelling } from "./spelling.ts";
import { composeActivity, composeNames, composeOlder, type NamedRows, type SqliteValue } from "./statement.ts";

/** `onReport`: called with what a report needs where its past is still to be read. */
export function querySqlite(request: SettledRequest, path: string, onReport: (result: ReadResult) => void): ReadResult {
  const { crm } = request;
  const startedAt = performance.now();
  using database = openDatabase(path, crm.lockTimeoutMs);
  const read = database.transaction((): ReadResult => {
    const found = locateSource(database, crm);
    if (found.kind === "missing") return { ...found, where: path };
    try {
      return readFound(found.source, found.actions.name);
    } catch (error) {
      const problem = findRulesProblem(database, path, found);
      if (problem === null) throw error;
      return readFound(withoutRules(found.source, problem), found.actions.name);
    }
  });
  const readFound = (source: Source, table: string) => {
    const spelling = askSpelling(database, source, request);
    const asked = askDocument(database, composeActivity(source, request, spelling.spellings));
    const document = addOlder(database, source, table, request, spelling, asked);
    const built = buildActivity(document, source, crm, {
      baseline: request.baselineSeconds !== null,
      bounds: computeBounds(request),
      lookback: "newest-rows",
      spelling,
    });
    const near = readNearSources(database, source, table, request, spelling.spellings);
    const activity = { ...built, nearSources: [...new Set([...built.nearSources, ...near.map(maskName)])] };
    if (isKnownElsewhere(request, request.pastKnownFromMs, activity.tableSinceMs)) return activity;
    // A query cannot be ended, and the past takes some times as long as the report did: at the deadline the report holds.
    const hasTime = performance.now() - startedAt < crm.timeoutMs * PAST_SHARE;
    const inVain = { ...activity, ...pastInVain(request) };
    if (!hasTime) return inVain;
    onReport(inVain);
    return { ...activity, ...readSmallPast(database, source, request, spelling, activity.tableSinceMs) };
  };
  return read();
}

type Lookback = Pick<Document, "cells" | "emptied" | "lookback" | "known_since">;
type Older = Pick<Document, "lookback"> & { is_sampled: boolean };

/** So many rows of a rule are read at least, and of one that brings nothing any more those that were added first. */
const FEWEST_ROWS = 20;
/** Where a row of `lookback` has the mean of the records of successes that had some. */
const FILLED = 5;

/** The document with what only the names of the CRM's rules lead to, where an index leads from name to name. */
function addOlder(
  database: Database,
  source: Source,
  table: string,
  request: ReadRequest,
  spelling: AskedSpelling,
  json: string,
): string {
  if (!hasIndex(database, table, [source.columns.source, source.columns.rule])) return json;
  const names = composeNames(source, request);
  const all = database.query<{ rule: string; shown: string }, SqliteValue[]>(names.text).all(...names.values);
  const document = JSON.parse(json) as Lookback;
  const askOlder = (rows: NamedRows): Older => {
    const older = composeOlder(source, request, rows, spelling.spellings);
    return JSON.parse(
      database.query<{ document: string }, SqliteValue[]>(older.text).get(...older.values)?.document ?? "",
    ) as Older;
  };
  const sampled: string[] = [];
  const ran = document.cells.filter(([part, , state]) => part !== "baseline" && state !== "dry_run");
  const known = new Set([...ran.map(([, rule]) => rule), ...document.lookback.map(([rule]) => rule)]);
  const missing = all.flatMap(({ rule, shown }) =>
    known.has(shown) || request.crm.excludeRules.includes(rule) ? [] : [rule],
  );
  const most = Math.max(FEWEST_ROWS, Math.floor(MOST_OLDER_ROWS / Math.max(1, missing.length)));
  for (const rule of missing) {
    const { lookback, is_sampled: isSampled } = askOlder({ rule, most, added: "last" });
    document.lookback.push(...lookback);
    sampled.push(...(isSampled ? lookback.map(([shown]) => shown) : []));
  }
  for (const rule of listEmptied(document).slice(0, MOST_NAMES)) {
    const named = all.find(({ shown }) => shown === rule)?.rule ?? rule;
    const [first] = askOlder({ rule: named, most: FEWEST_ROWS, added: "first" }).lookback;
    const filled = first?.[FILLED] ?? null;
    const own = document.lookback.find(([name]) => name === rule);
    if (own === undefined) document.lookback.push([rule, [], null, 0, [], filled]);
    else own[FILLED] = filled;
  }
  return JSON.stringify({ ...document, sampled, known_since: all.length > MOST_NAMES ? document.known_since : 0 });
}

/** Rules whose successes bring nothing, and of which neither the windows nor the newest rows say what they brought. */
function listEmptied({ emptied, lookback }: Lookback): string[] {
  const filled = new Set(lookback.flatMap((row) => (row[FILLED] === null ? [] : [row[0]])));
  return emptied.flatMap(([rule, , , usual]) => (usual === null && !filled.has(rule) ? [rule] : []));
}
