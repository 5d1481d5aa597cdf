/** Rows that were left open while their rule goes on: since when, how many, and which. */
import { describe, expect, test } from "bun:test";
import { ask, at, DAY, ENGINES, HOUR, makeWarehouse, MINUTE, repeat, type CaseEngine } from "../making/cases.ts";
import { run } from "../making/warehouses.ts";

const open = (start: string) => run({ rule: "contacts", status: "running", start: at(start), end: null });

async function judgeLeft(engine: CaseEngine, every: number, starts: string[], index = "(start_time)") {
  const runs = [...repeat({ from: "06-26 00:00", to: "07-10 00:00", every }), ...starts.map(open)];
  await using warehouse = await makeWarehouse(engine, { runs });
  await warehouse.sql?.unsafe(`DROP INDEX IF EXISTS orchestration.sync_history_crm_source_sync_type_start_time_idx;
    CREATE INDEX ON orchestration.sync_history ${index}; ANALYZE orchestration.sync_history`);
  const { findings, recommendations } = (await ask(warehouse, { as: "07-10 06:00" })).report;
  const found = findings.find(({ id }) => id === "stale-actions");
  const advice = recommendations.find(({ id }) => id === "clear-stale-runs");
  const ids = starts.map((_, nth) => String(runs.length - starts.length + 1 + nth));
  return { message: found?.message, named: found?.evidence["row_ids"], advice: advice?.recommendation, ids };
}

const ADVICE = "Mark the rows failed whose workers are gone";

describe.each(ENGINES)("%s", (engine) => {
  test("the oldest is told although it began before what the windows need, with each id", async () => {
    const { message, named, advice, ids } = await judgeLeft(engine, DAY, ["07-04 00:30", "07-09 00:30"]);
    expect(message).toBe("2 runs never ended: contacts, the oldest since 4 Jul 00:30");
    expect({ named, advice }).toEqual({ named: ids, advice: `${ADVICE}; their ids are in the finding` });
  });

  test("so is one that is known by the look-back alone", async () => {
    const { message, named, advice, ids } = await judgeLeft(engine, DAY, ["07-04 00:30"]);
    expect(message).toBe("1 run never ended: contacts, the oldest since 4 Jul 00:30");
    expect({ named, advice }).toEqual({ named: ids, advice: `${ADVICE}; their ids are in the finding` });
  });

  test("of those that are counted and not listed neither time nor id is promised", async () => {
    const { message, named, advice, ids } = await judgeLeft(engine, HOUR, ["07-04 00:30", "07-09 00:30"]);
    expect(message).toBe("2 runs never ended: contacts, some of them since before 7 Jul 06:00");
    expect({ named, advice }).toEqual({ named: ids.slice(1), advice: `${ADVICE}; the ids of some are in the finding` });
    const alone = await judgeLeft(engine, 20 * MINUTE, ["07-04 00:35"]);
    expect(alone).toMatchObject({ named: [], advice: ADVICE });
    expect(alone.message).toBe("1 run never ended: contacts, since before 7 Jul 06:00");
  });
});

test("PostgreSQL: where 20 runs of a rule are read before the windows there may be more", async () => {
  const byRule = "(crm_source, sync_type, start_time)";
  for (const start of ["07-04 00:30", "06-26 00:30"]) {
    const { message } = await judgeLeft("postgresql", 12 * HOUR, [start, "07-09 00:30"], byRule);
    expect(message).toBe(
      start === "07-04 00:30"
        ? "At least 2 runs never ended: contacts, the oldest known since 4 Jul 00:30"
        : "At least 1 run never ended: contacts, the oldest known since 9 Jul 00:30",
    );
  }
  const { message } = await judgeLeft("postgresql", DAY, ["07-04 00:30"], byRule);
  expect(message).toBe("1 run never ended: contacts, the oldest since 4 Jul 00:30");
});
