/** Two readings of one rule's newest runs as one. */
import { expect, test } from "bun:test";
import type { Past } from "../../../src/report/memory/cells.ts";
import { mergePasts } from "../../../src/report/memory/merge.ts";
import type { RunRow } from "../../../src/report/rules/run-row.ts";

const HOUR_MS = 3_600_000;

const run = (override: Partial<RunRow>): RunRow => ({
  id: "1",
  startedMs: HOUR_MS,
  endedMs: 2 * HOUR_MS,
  status: "success",
  records: 1,
  error: null,
  ...override,
});
const pastOf = (...runs: RunRow[]): Past => ({
  covered: [],
  rules: [{ rule: "deals", firstMs: HOUR_MS, cells: [], starts: [], runs }],
});
const merge = (older: RunRow[], newer: RunRow[]) => mergePasts(pastOf(...older), pastOf(...newer))?.rules[0]?.runs;

const FAILED = run({ status: "failed", error: "HTTP 429" });
const UNTOLD = run({ status: "failed" });
const OPEN = run({ status: "running", endedMs: null });

test.each<{ name: string; older: RunRow[]; newer: RunRow[]; merged: RunRow[] }>([
  { name: "an error that only the older tells is kept", older: [FAILED], newer: [UNTOLD], merged: [FAILED] },
  { name: "so is one that only the newer tells", older: [UNTOLD], newer: [FAILED], merged: [FAILED] },
  {
    name: "the newer of two errors holds",
    older: [run({ ...FAILED, error: "old" })],
    newer: [FAILED],
    merged: [FAILED],
  },
  { name: "of a run that succeeded after all there is no error", older: [FAILED], newer: [run({})], merged: [run({})] },
  { name: "a run that was open has ended", older: [OPEN], newer: [run({})], merged: [run({})] },
  {
    name: "runs without an id are told apart by their start, and never taken for one whose id is a number",
    older: [run({ id: `${HOUR_MS}` })],
    newer: [run({ id: null })],
    merged: [run({ id: null }), run({ id: `${HOUR_MS}` })],
  },
])("$name", ({ older, newer, merged }) => {
  expect(merge(older, newer)).toEqual(merged);
});

test("runs that ended together stand in one order, whoever told them first", () => {
  const runs = ["c", "a", "b"].map((id) => run({ id }));
  const [first, ...rest] = runs;
  expect(merge([first!], rest)?.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(merge(rest, [first!])?.map(({ id }) => id)).toEqual(["a", "b", "c"]);
});
