/** One CRM's activity from an SQLite file, in one read transaction. Blocks its thread: run it in the worker. */
import type { Database } from "bun:sqlite";
import { computeBounds, MOST_NAMES, MOST_OLDER_ROWS } from "../bounds.ts";
import { PAST_SHARE } from "../past.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import type { Document } from "../document.ts";
import { buildActivity } from "../rows.ts";
import type { Source } from "../source.ts";
import { readSmallPast } from "./hours.ts";
import { locateSource } from "./locate.ts";
import { hasIndex, openDatabase } from "./open.ts";
import type { Spelling } from "../spelling.ts";
import { askSpelling, spellingsOf } from "./spelling.ts";
import { composeActivity, composeNames, composeOlder, type SqliteValue } from "./statement.ts";

/** `onReport`: called with what a report needs where its past is still to be read. */
export function querySqlite(request: ReadRequest, path: string, onReport: (result: ReadResult) => void): ReadResult {
  const { crm } = request;
  const startedAt = performance.now();
  using database = openDatabase(path, crm.lockTimeoutMs);
  const read = database.transaction((): ReadResult => {
    const found = locateSource(database, crm);
    if (found.kind === "missing") return { ...found, where: path };
    const spelling = askSpelling(database, found.source, request);
    const { text, values } = composeActivity(found.source, request, spellingsOf(spelling));
    const row = database.query<{ document: string }, SqliteValue[]>(text).get(...values);
    const document = addOlder(database, found.source, found.actions.name, request, spelling, row?.document ?? "");
    const activity = buildActivity(document, found.source, crm, {
      baseline: request.baselineSeconds !== null,
      bounds: computeBounds(request),
      lookback: "newest-rows",
      spelling,
    });
    if (request.isPastKnown === true) return activity;
    // A query cannot be ended, and the past takes some times as long as the report did: at the deadline the report holds.
    const hasTime = performance.now() - startedAt < crm.timeoutMs * PAST_SHARE;
    if (!hasTime) return activity;
    onReport(activity);
    return { ...activity, past: readSmallPast(database, found.source, request, spelling, activity.tableSinceMs) };
  });
  return read();
}

type Lookback = Pick<Document, "cells" | "lookback" | "known_since">;

/** The document with the rules that are in it by no run, where an index leads from name to name. */
function addOlder(
  database: Database,
  source: Source,
  table: string,
  request: ReadRequest,
  spelling: Spelling,
  json: string,
): string {
  if (!hasIndex(database, table, [source.columns.source, source.columns.rule])) return json;
  const names = composeNames(source, request);
  const all = database.query<{ rule: string }, SqliteValue[]>(names.text).all(...names.values);
  const document = JSON.parse(json) as Lookback;
  const sampled: string[] = [];
  const ran = document.cells.filter(([part, , state]) => part !== "baseline" && state !== "dry_run");
  const known = new Set([...ran.map(([, rule]) => rule), ...document.lookback.map(([rule]) => rule)]);
  const missing = all.flatMap(({ rule }) => (known.has(rule) || request.crm.excludeRules.includes(rule) ? [] : [rule]));
  const most = Math.max(20, Math.floor(MOST_OLDER_ROWS / Math.max(1, missing.length)));
  for (const rule of missing) {
    const older = composeOlder(source, request, rule, most, spellingsOf(spelling));
    const row = database.query<{ document: string }, SqliteValue[]>(older.text).get(...older.values);
    const { lookback, is_sampled: isSampled } = JSON.parse(row?.document ?? "") as Lookback & { is_sampled: boolean };
    document.lookback.push(...lookback);
    if (isSampled && lookback.length > 0) sampled.push(rule);
  }
  return JSON.stringify({ ...document, sampled, known_since: all.length > MOST_NAMES ? document.known_since : 0 });
}
