/** Every rule of a CRM that was ever seen, with its newest runs, as it is kept: one packed list. */
import * as v from "valibot";
import type { Past, RulePast } from "../../report/memory/cells.ts";
import { ACTION_STATUSES, compareNames } from "../../report/words.ts";
import { writeAscii } from "../../text/json.ts";

/** Where each run had a rule of its own, those that ran last are remembered. */
const MOST_RULES = 10_000;

/** Name, first start, and of each run id, start, end, status, records, error. */
const RulesSchema = v.array(
  v.tuple([
    v.string(),
    v.number(),
    v.array(
      v.tuple([
        v.nullable(v.string()),
        v.number(),
        v.nullable(v.number()),
        v.picklist(ACTION_STATUSES),
        v.nullable(v.number()),
        v.nullable(v.string()),
      ]),
    ),
  ]),
);

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
  const rows = v.parse(RulesSchema, JSON.parse(new TextDecoder().decode(bytes)));
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
