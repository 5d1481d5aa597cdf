/** Whatever rows are drawn: the memory they make is that which counting them makes, whoever read it and in whatever order. */
import { afterAll, describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { listCells, listStarts, type HourCell, type LogSketch, type Past } from "../../src/report/memory/cells.ts";
import { isCleanUp } from "../../src/report/vocabulary.ts";
import { collectActivities } from "../../src/warehouse/collect.ts";
import { readHours } from "../../src/warehouse/hours.ts";
import { draws } from "../making/draws.ts";
import { drawWarehouse, meaningOf, wrappersOf, type DrawnWarehouse } from "../making/drawn-rows.ts";
import { makeRefillable, type Preset, type Refillable } from "../making/refillable.ts";
import { crmConfig } from "../making/reports.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse("2026-07-10T21:00:00.412Z");
const ENGINES = ["postgres", "sqlite"] as const;
const warehouses = new Map<Preset, Promise<Refillable>>();

afterAll(async () => {
  for (const warehouse of warehouses.values()) await (await warehouse).close();
});

describe.each<Preset>(["sync-history", "automation"])("%s", (preset) => {
  test("hours that were read in pieces, and by reports, are those that the rows have", async () => {
    const making = makeRefillable(preset);
    warehouses.set(preset, making);
    const warehouse = await making;
    const property = fc.asyncProperty(drawWarehouse(preset), drawPieces(), async (drawn, pieces) => {
      await warehouse.refill(drawn.runs, drawn.rules);
      const { startMs, endMs } = drawn.window;
      const [fromHour, toHour] = [Math.floor((2 * startMs - endMs) / HOUR_MS) - 3, Math.ceil(endMs / HOUR_MS) + 3];
      const memory = new Memory();
      for (const { engine, from, to } of [{ engine: pieces[0]!.engine, from: 0, to: 1 }, ...pieces]) {
        const [first, end] = [from, to].map((share) => fromHour + Math.round(share * (toHour - fromHour)));
        memory.write(await readPiece(warehouse[engine], drawn, first!, end!));
      }
      for (const engine of ENGINES) memory.write(await readWindows(warehouse[engine], drawn));
      expect(memory.list()).toEqual(countRows(drawn, preset, fromHour, toHour));
    });
    await fc.assert(property, draws(8, 400));
  });
});

type Piece = { engine: (typeof ENGINES)[number]; from: number; to: number };

/** Shares of the whole span, which overlap or not. */
function drawPieces(): fc.Arbitrary<Piece[]> {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  return fc.array(
    fc
      .record({ engine: fc.constantFrom(...ENGINES), a: share, b: share })
      .map(({ engine, a, b }) => ({ engine, from: Math.min(a, b), to: Math.max(a, b) })),
    { minLength: 1, maxLength: 3 },
  );
}

const redact = (text: string) => text;

async function readPiece(url: string, { settings }: DrawnWarehouse, fromHour: number, toHour: number): Promise<Past> {
  const [fromMs, toMs] = [fromHour * HOUR_MS, toHour * HOUR_MS];
  const result = await readHours(
    { crm: crmConfig(url, settings), fromMs, toMs, nowMs: NOW_MS },
    redact,
    new AbortController().signal,
  );
  if (result.kind !== "read") throw new Error(result.kind);
  // All of them, but for those before the table's oldest row.
  const [first, ...others] = result.past.covered;
  expect(others).toEqual([]);
  if (first !== undefined) expect([first[0] >= fromHour, first[1]]).toEqual([true, toHour]);
  return result.past;
}

async function readWindows(url: string, { settings, window }: DrawnWarehouse): Promise<Past> {
  const [outcome] = await collectActivities({
    crms: [crmConfig(url, settings)],
    window,
    recent: 0,
    baselineSeconds: null,
    nowMs: NOW_MS,
    concurrency: 1,
    redact,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  if (outcome?.status !== "read" || outcome.activity.kind !== "read") throw new Error(JSON.stringify(outcome));
  return outcome.activity.hourly!;
}

/** As a store keeps it: what is written replaces the hours that it covers. */
class Memory {
  readonly #kept = new Map<string, unknown>();

  write({ covered, rules }: Past): void {
    const isCovered = (hour: number) => covered.some(([from, to]) => hour >= from && hour < to);
    for (const key of this.#kept.keys()) if (isCovered(Number(key.split(" ")[0]))) this.#kept.delete(key);
    for (const past of rules) {
      for (const cell of listCells(past).filter(({ hour }) => isCovered(hour)))
        this.#kept.set(`${cell.hour} ${cell.status} ${past.rule}`, flattenCell(cell));
      for (const [hour, n] of listStarts(past).filter(([hour]) => isCovered(hour)))
        this.#kept.set(`${hour} starts ${past.rule}`, n);
    }
  }

  list(): Record<string, unknown> {
    return Object.fromEntries(this.#kept);
  }
}

/** A run of which each record failed brought none. */
function countBrought({ processed, failed, created, updated }: DrawnWarehouse["runs"][number]): number | null {
  const isVain =
    processed !== null && processed > 0 && failed === processed && (created ?? 0) === 0 && (updated ?? 0) === 0;
  return isVain ? 0 : processed;
}

function flattenCell({ ended, seconds, records, processed, empty }: HourCell): unknown {
  return { ended, seconds: flattenSketch(seconds), records: flattenSketch(records), processed, empty };
}

function flattenSketch({ buckets, ...sketch }: LogSketch): unknown {
  return { ...sketch, buckets: Object.fromEntries(buckets) };
}

/** As cells.ts says it, without a look at the SQL. */
function countRows(
  { runs, settings }: DrawnWarehouse,
  preset: Preset,
  fromHour: number,
  toHour: number,
): Record<string, unknown> {
  const wrappers = wrappersOf(preset, settings);
  const isAsked = (hour: number) => hour >= fromHour && hour < toHour;
  const starts = new Map<string, number>();
  const ended = new Map<string, { ms: number | null; records: number | null }[]>();
  for (const run of runs) {
    const isOwn = run.crm === "hubspot" && !run.dryRun && !wrappers.includes(run.rule);
    if (!isOwn || settings.exclude_rules.includes(run.rule)) continue;
    const shown = run.rule.trim() === "" ? "(no name)" : run.rule;
    const rule = shown.length > 1000 ? `${shown.slice(0, 200)}…${shown.slice(-60)}` : shown;
    const startHour = Math.floor(run.startMs / HOUR_MS);
    if (isAsked(startHour))
      starts.set(`${startHour} starts ${rule}`, (starts.get(`${startHour} starts ${rule}`) ?? 0) + 1);
    const status = meaningOf(run, settings);
    // An end that lies more than a day ahead is none.
    const isUsable = run.endMs !== null && run.endMs >= run.startMs && run.endMs <= NOW_MS + 24 * HOUR_MS;
    const endMs = isUsable ? run.endMs : null;
    const hour = Math.floor((endMs ?? run.startMs) / HOUR_MS);
    if (!isAsked(hour) || hour - startHour >= 24 || !["success", "partial", "failed"].includes(status ?? "")) continue;
    const isTimed = endMs !== null && !(status !== "success" && run.error !== null && isCleanUp(run.error));
    const key = `${hour} ${status} ${rule}`;
    ended.set(key, [
      ...(ended.get(key) ?? []),
      { ms: isTimed ? endMs - run.startMs : null, records: countBrought(run) },
    ]);
  }
  const cells = [...ended].map(([key, runs]) => {
    const ms = runs.flatMap((run) => run.ms ?? []);
    const records = runs.flatMap((run) => (run.records !== null && run.records <= 1e12 ? [run.records] : []));
    const cell = {
      ended: runs.length,
      seconds: sketch(ms.map((n) => Math.max(n / 1000, 1))),
      records: sketch(records.map((n) => n + 1)),
      processed: records.reduce((sum, n) => sum + n, 0),
      empty: records.filter((n) => n === 0).length,
    };
    return [key, cell] as const;
  });
  return { ...Object.fromEntries(starts), ...Object.fromEntries(cells) };
}

function sketch(figures: number[]): unknown {
  const logs = figures.map((figure) => Math.round(Math.log(figure) * 1000));
  const buckets = Map.groupBy(logs, (log) => Math.floor(log / 100));
  return {
    n: logs.length,
    sum: logs.reduce((sum, log) => sum + log, 0),
    squares: logs.reduce((sum, log) => sum + log * log, 0),
    buckets: Object.fromEntries([...buckets].map(([bucket, all]) => [bucket, all.length])),
  };
}
