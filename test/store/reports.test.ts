/** Reports over both engines: kept as they were published, listed, pruned, and named where they cannot be read. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import { alterStore, madePass, newStoreUrl, STORE_KINDS, targetOf } from "../making/stores.ts";

const DAY_MS = 86_400_000;
const UNTIL_MS = Date.parse("2026-07-11T00:00:00Z");

describe.each(STORE_KINDS)("%s", (kind) => {
  test("a pass is kept whole and once, its reports unchanged", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const made = madePass(["hubspot", "genius"]);
    const [first] = made.reports;
    if (first === undefined) throw new Error("no report");
    const odd = { ...first, metadata: { ...first.metadata, note: 'ä 漢 \u{1f600} "\\\u0000\u2028\ud800 $1 ?' } };
    const kept = { ...made, reports: [odd, ...made.reports.slice(1)] };
    await store.reports.keepPass(kept, "adhoc");
    await store.reports.keepPass(kept, "adhoc");
    const rows = await store.reports.list({ limit: 10 });
    const end = made.pass.pass_id.slice(-6);
    expect(rows.map(({ id }) => id)).toEqual([`genius-20260710T210000Z-${end}`, `hubspot-20260710T210000Z-${end}`]);
    expect(rows[1]).toEqual({
      id: `hubspot-20260710T210000Z-${end}`,
      passId: made.pass.pass_id,
      source: "hubspot",
      origin: "adhoc",
      generatedMs: Date.parse("2026-07-10T21:00:00.412Z"),
      windowStartMs: Date.parse("2026-07-09T21:00:00Z"),
      windowEndMs: Date.parse("2026-07-10T21:00:00Z"),
      status: odd.metadata.status,
      summary: { verdict: odd.verdict, successful: 0, total: 0, critical: 0 },
    });
    expect(await store.reports.readPass(made.pass.pass_id)).toEqual({ status: "read", pass: made.pass });
    expect(await store.reports.readPass("nobody")).toEqual({ status: "missing" });
    expect(await store.reports.read(rows[1]?.id ?? "")).toEqual({ status: "read", report: odd });
    expect(await store.reports.read("nobody")).toEqual({ status: "missing" });
  });

  test("says whether anything was changed, by itself or by another, where that can be told without asking", async () => {
    const url = await newStoreUrl(kind);
    await using store = await openStore(targetOf(url));
    await using other = await openStore(targetOf(url));
    const first = store.version();
    expect(store.version()).toBe(first);
    await store.reports.keepPass(madePass(["a"]), "adhoc");
    const second = store.version();
    await other.reports.keepPass(madePass(["b"]), "adhoc");
    // What others commit may be overlooked for a few milliseconds.
    await Bun.sleep(20);
    const third = store.version();
    await store.reports.list({ limit: 1 });
    expect(store.version()).toBe(third);
    expect(new Set([first, second, third]).size).toBe(kind === "SQLite" ? 3 : 1);
    expect(first === null).toBe(kind === "PostgreSQL");
    expect(await store.size()).toBeGreaterThan(10_000);
  });

  test("lists passes, newest first, and another stamp tells of each", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const stamps = [await store.reports.stamp(UNTIL_MS)];
    const [a, b] = [madePass(["a"], "2026-07-10T21:00:00Z"), madePass(["b"], "2026-07-10T20:00:00Z")];
    for (const made of [a, b]) {
      await store.reports.keepPass(made, "daily");
      stamps.push(await store.reports.stamp(UNTIL_MS));
    }
    expect(new Set(stamps).size).toBe(3);
    expect(await store.reports.stamp(UNTIL_MS)).toBe(stamps[2] ?? "");
    const [newest, oldest] = await store.reports.listPasses({ limit: 9 });
    expect(newest).toMatchObject({ id: a.pass.pass_id, origin: "daily", slotMs: null, read: { pass: a.pass } });
    expect(oldest?.id).toBe(b.pass.pass_id);
    await store.prune(Date.parse("2026-07-10T20:30:00Z"), { retentionMs: 0, memoryMs: 0 });
    expect(await store.reports.stamp(UNTIL_MS)).not.toBe(stamps[2] ?? "");
  });

  test("lists by CRM, time and status, newest first", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    for (const day of ["01", "02", "03"])
      await store.reports.keepPass(madePass(["a", "b"], `2026-07-${day}T04:00:00Z`), "daily");
    const list = async (filter: Partial<Parameters<typeof store.reports.list>[0]>) =>
      (await store.reports.list({ limit: 10, ...filter })).map(
        ({ source, generatedMs }) => `${source}${new Date(generatedMs).getUTCDate()}`,
      );
    expect(await list({})).toEqual(["a3", "b3", "a2", "b2", "a1", "b1"]);
    expect(await list({ sources: ["b"] })).toEqual(["b3", "b2", "b1"]);
    expect(
      await list({
        sources: ["b", "a"],
        sinceMs: Date.parse("2026-07-02T04:00:00Z"),
        untilMs: Date.parse("2026-07-03T04:00:00Z"),
      }),
    ).toEqual(["a2", "b2"]);
    expect(await list({ status: "ok", limit: 1 })).toEqual([]);
    expect(await list({ status: "no_data", limit: 1 })).toEqual(["a3"]);
    expect(await list({ sources: ["x' OR 1=1 --"] })).toEqual([]);
  });

  test.each([
    {
      name: "of passes twice a day, ages are counted from now",
      passes: ["10T04", "10T21", "17T21"],
      now: "2026-07-18",
      settled: "2026-07-18",
    },
    { name: "of one each week too", passes: ["03T00", "10T00", "17T00"], now: "2026-07-18", settled: "2026-07-18" },
    { name: "in a store's first week too", passes: ["17T21"], now: "2026-07-18", settled: "2026-07-18" },
    { name: "of an empty store too", passes: [], now: "2026-07-18", settled: "2026-07-18" },
    {
      name: "a clock that leapt: from the last pass before it",
      passes: ["09T21", "10T00"],
      now: "2030-01-01",
      settled: "2026-07-18",
    },
    {
      name: "a clock that fell back to 1970: from there",
      passes: ["09T21", "10T00"],
      now: "1970-01-01",
      settled: "1970-01-01",
    },
  ])("settled: $name", async ({ passes, now, settled }) => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    for (const at of passes) await store.reports.keepPass(madePass(["a"], `2026-07-${at}:00:00Z`), "daily");
    const nowMs = Date.parse(now);
    // The pass that is being kept is there already.
    await store.reports.keepPass(madePass(["a"], new Date(nowMs).toISOString()), "daily");
    expect(await store.reports.findSettled(nowMs)).toBe(Date.parse(settled));
  });

  test("settled: of a clock that is ahead for days, and for longer than a week", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    for (const at of ["2026-07-10T00:00:00Z", "2030-01-01T00:00:00Z", "2030-01-06T00:00:00Z"])
      await store.reports.keepPass(madePass(["a"], at), "daily");
    expect(await store.reports.findSettled(Date.parse("2030-01-07"))).toBe(Date.parse("2026-07-18"));
    expect(await store.reports.findSettled(Date.parse("2030-01-09"))).toBe(Date.parse("2030-01-09"));
  });

  test("prune deletes what is older, in any number, but never the newest slot of a schedule", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    for (let day = 0; day < 3; day += 1)
      await store.reports.keepPass(madePass(["a", "b"], new Date(day * DAY_MS).toISOString()), "daily");
    for (const [schedule, day] of [
      ["daily", 0],
      ["daily", 1],
      ["yearly", 0],
    ] as const)
      await store.slots.skip({ schedule, slotMs: day * DAY_MS }, "");
    expect(await store.prune(3 * DAY_MS, { retentionMs: DAY_MS, memoryMs: DAY_MS })).toEqual({
      reports: 4,
      passes: 2,
      slots: 1,
      days: 0,
    });
    expect(await store.prune(3 * DAY_MS, { retentionMs: DAY_MS, memoryMs: DAY_MS })).toEqual({
      reports: 0,
      passes: 0,
      slots: 0,
      days: 0,
    });
    expect((await store.reports.list({ limit: 9 })).length).toBe(2);
    expect((await store.slots.list({ limit: 9 })).map(({ schedule }) => schedule)).toEqual(["daily", "yearly"]);
  });

  test("a row that can no longer be read is named, with what is wrong and where", async () => {
    const url = await newStoreUrl(kind);
    const said: string[] = [];
    await using store = await openStore(targetOf(url), "write", (text) => said.push(text));
    await store.reports.keepPass(madePass(["a", "b"]), "adhoc");
    await alterStore(
      kind,
      url,
      `UPDATE automation_reports_reports SET document = '{"schema_version":' WHERE source = 'a'`,
    );
    await alterStore(
      kind,
      url,
      `UPDATE automation_reports_reports SET document = '{"schema_version":3}' WHERE source = 'b'`,
    );
    const [a, b] = await store.reports.list({ limit: 2 });
    expect(await store.reports.read(a?.id ?? "")).toEqual({ status: "unreadable", problem: "it is not JSON" });
    expect(await store.reports.read(b?.id ?? "")).toEqual({
      status: "unreadable",
      problem: "schema_version 3 is newer than this program knows: use the program that wrote it",
    });
    await alterStore(
      kind,
      url,
      `UPDATE automation_reports_reports SET document = '{"schema_version":1}' WHERE source = 'b'`,
    );
    expect(await store.reports.read(b?.id ?? "")).toEqual({
      status: "unreadable",
      problem: "schema_version 1 is older than this program reads: use the program that wrote it",
    });
    await alterStore(kind, url, "UPDATE automation_reports_reports SET status = 'odd' WHERE source = 'b'");
    // The first so many that can be read, and the same is told once.
    expect((await store.reports.list({ limit: 1 })).map(({ source }) => source)).toEqual(["a"]);
    expect((await store.reports.list({ sources: ["b"], limit: 1 })).length).toBe(0);
    expect(said).toEqual([
      expect.stringContaining(`report ${b?.id}: status is not as this program writes it: it is left out`),
    ]);
    expect((await store.check()).map((line) => line.split(":")[0])).toEqual([`report ${a?.id}`, `report ${b?.id}`]);
  });

  test("a store that is newer than the program is refused", async () => {
    const url = await newStoreUrl(kind);
    await (await openStore(targetOf(url)))[Symbol.asyncDispose]();
    await alterStore(kind, url, "UPDATE automation_reports_schema SET version = 99");
    expect(openStore(targetOf(url))).rejects.toMatchObject({
      kind: "delivery",
      message: expect.stringMatching(/: its tables have version 99, and this program knows \d+: install the newer/),
    });
  });

  test("a store of the first version is brought to this one: its reports are there, without what was not written", async () => {
    const url = await newStoreUrl(kind);
    if (kind === "SQLite") mkdirSync(dirname(url.slice("sqlite:".length)), { recursive: true });
    const first = join(
      import.meta.dir,
      "../../src/store/migrations",
      `1.${kind === "SQLite" ? "sqlite" : "postgres"}.sql`,
    );
    await alterStore(kind, url, readFileSync(first, "utf8"));
    const document = JSON.stringify(madePass(["a"]).reports[0]);
    await alterStore(
      kind,
      url,
      `INSERT INTO automation_reports_reports VALUES ('old', 'p', 'a', 'adhoc', 1, 1, 2, 'ok', '${document.replaceAll("'", "''")}')`,
    );
    await using store = await openStore(targetOf(url));
    const [old] = await store.reports.list({ limit: 1 });
    expect([old?.id, old?.summary]).toEqual(["old", null]);
    expect((await store.reports.read("old")).status).toBe("read");
    await store.reports.keepPass(madePass(["a"]), "adhoc");
    expect((await store.reports.list({ limit: 1 }))[0]?.summary?.verdict).toBe("warning");
  });

  test("opened by many at the same moment, it is made once", async () => {
    const target = targetOf(await newStoreUrl(kind));
    const stores = await Promise.all(Array.from({ length: 4 }, async () => await openStore(target)));
    expect(await Promise.all(stores.map(async (store) => await store.check()))).toEqual([[], [], [], []]);
    for (const store of stores) await store[Symbol.asyncDispose]();
  });
});

describe("an SQLite file", () => {
  test("is its owner's alone, and so is the directory made for it", async () => {
    const target = targetOf(await newStoreUrl("SQLite"));
    if (target.kind !== "sqlite") throw new Error("no file");
    await using store = await openStore(target);
    await store.slots.skip({ schedule: "a", slotMs: 1 }, "");
    const modes = [dirname(target.path), target.path, `${target.path}-wal`, `${target.path}-shm`].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(["700", "600", "600", "600"]);
  });

  test("a backup is whole, private and a store of its own; nothing else is left beside it", async () => {
    const url = await newStoreUrl("SQLite");
    await using store = await openStore(targetOf(url));
    await store.reports.keepPass(madePass(["a"]), "adhoc");
    const copy = join(dirname(url.slice("sqlite:".length)), "copy.sqlite");
    await store.backup(copy);
    await store.backup(copy);
    expect((statSync(copy).mode & 0o777).toString(8)).toBe("600");
    await using copied = await openStore(targetOf(`sqlite:${copy}`));
    expect(await copied.reports.list({ limit: 5 })).toEqual(await store.reports.list({ limit: 5 }));
    expect(await copied.check()).toEqual([]);
    expect(store.backup("/nowhere/at/all")).rejects.toMatchObject({ kind: "delivery" });
  });

  test.each([
    { name: "not a database", content: "x".repeat(5000), says: "it is not an SQLite database" },
    { name: "cut off", content: null, says: "it is damaged" },
  ])("$name: said, and left as it is", async ({ content, says }) => {
    const url = await newStoreUrl("SQLite");
    const path = url.slice("sqlite:".length);
    {
      await using store = await openStore(targetOf(url));
      for (let pass = 0; pass < 20; pass += 1) await store.reports.keepPass(madePass(["a"]), "adhoc");
    }
    const broken = content === null ? readFileSync(path).subarray(0, 6000) : Buffer.from(content);
    writeFileSync(path, broken);
    expect(openStore(targetOf(url))).rejects.toMatchObject({
      kind: "delivery",
      message: expect.stringContaining(says),
    });
    expect(readFileSync(path).equals(broken)).toBe(true);
  });

  test("a database of something else is refused, and left as it is", async () => {
    const path = (await newStoreUrl("SQLite")).slice("sqlite:".length).replace("/state/", "/");
    using database = new Database(path);
    database.run("CREATE TABLE sync_history (id)");
    expect(openStore(targetOf(`sqlite:${path}`))).rejects.toMatchObject({
      message: `store ${path}: it is a database of something else: name a file of its own with [store] path`,
    });
    expect(existsSync(`${path}-wal`)).toBe(false);
  });
});
