/** Every rule of a CRM that was ever seen, with its newest runs, as it is kept: one packed list. */
import type { Past, RulePast } from "../../report/memory/cells.ts";
import { ACTION_STATUSES, type ActionStatus, compareNames } from "../../report/words.ts";
import { writeAscii } from "../../text/json.ts";

/** Where each run had a rule of its own, those that ran last are remembered. */
const MOST_RULES = 10_000;

type RuleRow = [rule: string, firstMs: number, runs: RunColumns[]];
type RunColumns = [
  id: string | null,
  startedMs: number,
  endedMs: number | null,
  status: ActionStatus,
  records: number | null,
  error: string | null,
];

/** What dates can hold. */
const FARTHEST_MS = 8.64e15;
const STATUSES: ReadonlySet<unknown> = new Set(ACTION_STATUSES);

/** The same rules give the same bytes. */
export function packRules(rules: RulePast[]): Uint8Array<ArrayBuffer> {
  const newest = (rule: RulePast) => rule.runs[0]?.startedMs ?? rule.firstMs;
  const kept =
    rules.length <= MOST_RULES ? rules : rules.toSorted((a, b) => newest(b) - newest(a)).slice(0, MOST_RULES);
  const rows = kept
    .toSorted((a, b) => compareNames(a.rule, b.rule))
    .map(({ rule, firstMs, runs }) => [
      rule,
      firstMs,
      runs.map(({ id, startedMs, endedMs, status, records, error }) => [
        id,
        startedMs,
        endedMs,
        status,
        records,
        error,
      ]),
    ]);
  return new TextEncoder().encode(writeAscii(rows));
}

/** Without cells, and without an hour that is known. Throws where the bytes are not what `packRules` wrote. */
export function unpackRules(bytes: Uint8Array): Past {
  const rows: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!Array.isArray(rows) || !rows.every(isRule)) throw new TypeError("no rules");
  return {
    covered: [],
    rules: rows.map(([rule, firstMs, runs]): RulePast => ({
      rule,
      firstMs,
      cells: [],
      starts: [],
      runs: runs.map(([id, startedMs, endedMs, status, records, error]) => ({
        id,
        startedMs,
        endedMs,
        status,
        records,
        error,
      })),
    })),
  };
}

/** By hand: a schema of thousands of runs takes longer than the rest of the reading. */
function isRule(row: unknown): row is RuleRow {
  if (!Array.isArray(row) || row.length !== 3) return false;
  const [rule, firstMs, runs] = row as unknown[];
  return typeof rule === "string" && isInstant(firstMs) && Array.isArray(runs) && runs.every(isRun);
}

function isRun(run: unknown): run is RunColumns {
  if (!Array.isArray(run) || run.length !== 6) return false;
  const [id, startedMs, endedMs, status, records, error] = run as unknown[];
  return (
    isTextOrNull(id) &&
    isInstant(startedMs) &&
    (endedMs === null || isInstant(endedMs)) &&
    STATUSES.has(status) &&
    (records === null || Number.isFinite(records)) &&
    isTextOrNull(error)
  );
}

function isInstant(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= FARTHEST_MS;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}
