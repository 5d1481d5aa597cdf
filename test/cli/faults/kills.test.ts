/** kill -9 at any moment: each slot is made once and each pass kept once, and one schedule that ends its process ends no other. */
import { afterEach, describe, expect, test } from "bun:test";
import { openStore } from "../../../src/store/open.ts";
import type { SlotRow } from "../../../src/store/slot.ts";
import { directoryWith, runCli } from "../../making/cli.ts";
import { isLong, seed } from "../../making/draws.ts";
import { backendPid, slowDown, until } from "../../making/faults.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import {
  DAILY,
  exportsIn,
  install,
  killInMidReport,
  killLaunched,
  launch,
  makeWarehouse,
  readLog,
  slotsIn,
  speedUp,
} from "../../making/scheduler.ts";
import { drawFrom } from "../../making/simulation/chance.ts";
import { alterStore, newStoreUrl, STORE_KINDS, targetOf, type StoreKind } from "../../making/stores.ts";
import { listEngines, run } from "../../making/warehouses.ts";

afterEach(killLaunched);

const ROUNDS = isLong ? 1000 : 9;
/** Rounds that are on their way together: they also wait for each other's locks. */
const ABREAST = 3;
const CRMS = ["first", "last"];

describe.each(STORE_KINDS)("a store in %s", (kind) => {
  const no = (number: string) => `${number}.${STORE_KINDS.indexOf(kind) + 1} a store in ${kind}:`;

  test(
    `${no("L1")} ${ROUNDS} kills at random moments → each slot made once, each pass kept once, every row readable`,
    async () => {
      const moment = drawFrom(seed, `kills ${kind}`);
      const { cwd, url, names } = await installMany(kind, ROUNDS + ABREAST);
      const [calm, killed] = [names.slice(0, ABREAST), names.slice(ABREAST)];
      const began = performance.now();
      await Promise.all(calm.map(async (name) => expect((await runSlot(name, cwd)).code).toBe(0)));
      const tookMs = performance.now() - began;
      for (let from = 0; from < killed.length; from += ABREAST) {
        const rounds = killed.slice(from, from + ABREAST).map(async (name) => {
          const child = launch(["schedule", "run", name], { cwd });
          await Bun.sleep(tookMs * (0.1 + moment()));
          child.kill("SIGKILL");
          await child.exited;
        });
        await Promise.all(rounds);
      }
      await passLeases(kind, url);
      for (let from = 0; from < killed.length; from += ABREAST)
        await Promise.all(killed.slice(from, from + ABREAST).map(async (name) => await runSlot(name, cwd)));
      await expectEachOnce(url, names);
    },
    isLong ? 3_600_000 : 240_000,
  );

  test(`${no("L2")} killed while the end of its slot cannot be written → nothing of it is kept, and the next one is`, async () => {
    const { cwd, url, names } = await installMany(kind, 1);
    const [name = ""] = names;
    await openStore(targetOf(url)).then(async (store) => await store[Symbol.asyncDispose]());
    await alterStore(kind, url, REFUSE_ENDS[kind]);
    const child = launch(["schedule", "run", name], { cwd });
    const log = readLog(child);
    await until(() => log.text().includes("the end of the slot could not be recorded"));
    child.kill("SIGKILL");
    await child.exited;
    await alterStore(kind, url, ALLOW_ENDS[kind]);
    await passLeases(kind, url);
    expect((await runSlot(name, cwd)).code).toBe(0);
    await expectEachOnce(url, names);
  });

  test(`${no("L3")} the end of a slot cannot be written for a while → the pass is kept with it once it can`, async () => {
    const { cwd, url, names } = await installMany(kind, 1);
    await openStore(targetOf(url)).then(async (store) => await store[Symbol.asyncDispose]());
    await alterStore(kind, url, REFUSE_ENDS[kind]);
    const child = launch(["schedule", "run", names[0] ?? ""], { cwd });
    const log = readLog(child);
    await until(() => log.text().includes("the end of the slot could not be recorded"));
    await alterStore(kind, url, ALLOW_ENDS[kind]);
    expect(await child.exited).toBe(0);
    await expectEachOnce(url, names);
  });
});

test("L7 8 kills at random moments while an SQLite store is made → it is in order or not there, and the next command makes it", async () => {
  const moment = drawFrom(seed, "kills of a new store");
  const configure = () =>
    directoryWith(
      `[store]\npath = "s.sqlite"\n[crm.a]\nurl = "sqlite:w"\n[[schedule]]\nname = "daily"\ncron = "@daily"\n`,
    );
  const prune = ["store", "prune"];
  const began = performance.now();
  expect((await runCli(prune, { cwd: configure() })).code).toBe(0);
  const tookMs = performance.now() - began;
  for (let round = 0; round < 8; round += 1) {
    const cwd = configure();
    const child = launch(prune, { cwd });
    await Bun.sleep(tookMs * (0.2 + 0.8 * moment()));
    child.kill("SIGKILL");
    await child.exited;
    const checked = await runCli(["store", "check", "--quiet"], { cwd });
    expect([checked.code, checked.stderr]).toEqual([0, ""]);
    expect((await runCli(prune, { cwd })).code).toBe(0);
    const listed = await runCli(["schedule", "history", "--format", "json"], { cwd });
    expect([listed.code, JSON.parse(listed.stdout)]).toEqual([0, []]);
  }
});

describe("a schedule that ends its process", () => {
  test("L4 a slot ends its process twice → failed, in the log, the status, the history and the exit code", async () => {
    const database = await makeWarehouse();
    await slowDown(database);
    const cwd = install(DAILY, database.url);
    for (let crash = 1; crash <= 2; crash += 1) await killInMidReport(["schedule", "run", "daily"], cwd, database);
    const third = await runSlot("daily", cwd);
    expect([third.code, third.stderr]).toEqual([
      4,
      expect.stringMatching(/^error: slot failed: its process ended twice before the report was made schedule=daily /),
    ]);
    const status = await runCli(["schedule", "status"], { cwd });
    expect([status.code, status.stdout.replaceAll(/\s+/g, " ")]).toEqual([
      1,
      expect.stringMatching(/ daily failed the .* report failed: its process ended twice before the report was made/),
    ]);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "failed", attempts: 2, exit_code: 4 }]);
    await speedUp(database);
    const fourth = await runSlot("daily", cwd);
    expect([fourth.code, fourth.stderr]).toEqual([0, expect.stringContaining("failed, and is not tried again")]);
    expect(exportsIn(cwd)).toEqual([]);
  });

  test("L5 a slot is stopped three times and ends its process once → made, exit 0", async () => {
    const database = await makeWarehouse();
    await slowDown(database);
    const cwd = install(DAILY, database.url);
    for (let stop = 1; stop <= 3; stop += 1) {
      const child = launch(["schedule", "run", "daily"], { cwd });
      await backendPid(database);
      child.kill("SIGTERM");
      expect(await child.exited).toBe(143);
      // Or it would be taken for that of the next one.
      await endBackends(database);
    }
    await killInMidReport(["schedule", "run", "daily"], cwd, database);
    await speedUp(database);
    expect((await runSlot("daily", cwd)).code).toBe(0);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 5 }]);
  });

  test("L6 a slot ends its daemon twice → failed, and the others' are made, also those that were on their way", async () => {
    const [bad, good] = await Promise.all([makeWarehouse(), makeWarehouse()]);
    await slowDown(bad);
    await slowDown(good);
    const schedules = ["bad", "good", "also"].map(
      (name) => `[[schedule]]\nname = "${name}"\ncron = "0 0 1 * *"\ncrms = ["${name === "bad" ? "bad" : "good"}"]\n`,
    );
    const cwd = directoryWith(
      `concurrency = 4\n${schedules.join("")}[store]\npath = "s.sqlite"\n[export]\ndir = "exports"\n` +
        `[crm.bad]\nurl = "${bad.url}"\ncrm_source = "hubspot"\n[crm.good]\nurl = "${good.url}"\ncrm_source = "hubspot"\n`,
    );
    // Unfinished slots of all three, which a daemon takes at once.
    for (const name of ["bad", "good", "also"]) {
      const child = launch(["schedule", "run", name], { cwd });
      await backendPid(name === "bad" ? bad : good);
      child.kill("SIGTERM");
      await child.exited;
      await endBackends(name === "bad" ? bad : good);
    }
    for (let crash = 1; crash <= 2; crash += 1) await killInMidReport(["schedule"], cwd, bad);
    await endBackends(good);
    await speedUp(good);
    const third = launch(["schedule"], { cwd });
    const log = readLog(third);
    await until(async () => (await slotsIn(cwd)).every(({ state }) => state === "made" || state === "failed"));
    expect(log.text()).toContain("slot failed: its process ended twice before the report was made schedule=bad");
    third.kill("SIGTERM");
    expect(await third.exited).toBe(0);
    const states = JSON.parse((await runCli(["schedule", "history", "--format", "json"], { cwd })).stdout) as {
      schedule: string;
      state: string;
    }[];
    expect(states.map(({ schedule, state }) => `${schedule} ${state}`).toSorted()).toEqual([
      "also made",
      "bad failed",
      "good made",
    ]);
  });
});

/** Those that a killed process left behind, and their locks. */
async function endBackends({ sql, name }: TestDatabase): Promise<void> {
  await sql`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = ${name} AND application_name = 'automation-reports'`;
}

async function runSlot(name: string, cwd: string) {
  return await runCli(["schedule", "run", name], { cwd });
}

/** So many schedules of two CRMs, due once a month, with one store. */
async function installMany(kind: StoreKind, count: number): Promise<{ cwd: string; url: string; names: string[] }> {
  const engine = listEngines().find(({ name }) => name === "sqlite, sync-history");
  const at = new Date(Date.now() - 600_000).toISOString();
  const warehouse = await engine?.make(
    CRMS.map((crm) => run({ crm, start: at, end: at, processed: 3 })),
    [],
  );
  const url = await newStoreUrl(kind);
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const schedules = names.map((name) => `[[schedule]]\nname = "${name}"\ncron = "0 0 1 * *"\nexport = false\n`);
  const store = kind === "SQLite" ? `path = "${url.slice("sqlite:".length)}"` : `url = "${url}"`;
  const crms = CRMS.map((crm) => `[crm.${crm}]\n`);
  const defaults = `[defaults]\nurl = "${warehouse?.url ?? ""}"\n`;
  return { cwd: directoryWith(`${schedules.join("")}[store]\n${store}\n${defaults}${crms.join("")}`), url, names };
}

/** As if a minute had passed since the holders died. */
async function passLeases(kind: StoreKind, url: string): Promise<void> {
  if (kind === "PostgreSQL")
    await alterStore(kind, url, "UPDATE automation_reports_slots SET lease_until_ms = 0 WHERE state = 'running'");
}

async function expectEachOnce(url: string, names: string[]): Promise<void> {
  await using store = await openStore(targetOf(url));
  const slots = await store.slots.list({ limit: 10_000 });
  expect(slots.map(({ schedule, state }) => `${schedule} ${state}`).toSorted()).toEqual(
    names.map((name) => `${name} made`).toSorted(),
  );
  const reports = await store.reports.list({ limit: 10_000 });
  expect(reports.map(({ origin, source }) => `${origin} ${source}`).toSorted()).toEqual(
    names.flatMap((name) => CRMS.map((crm) => `${name} ${crm}`)).toSorted(),
  );
  const passOf = new Map(slots.map(({ schedule, passId }: SlotRow) => [schedule, passId]));
  expect(reports.filter(({ origin, passId }) => passOf.get(origin) !== passId)).toEqual([]);
  expect(await store.check()).toEqual([]);
}

/** Whatever ends a slot fails, as on a store that is away in that moment. */
const REFUSE_ENDS = {
  SQLite: `CREATE TRIGGER refuse BEFORE UPDATE ON automation_reports_slots WHEN NEW.state = 'made'
    BEGIN SELECT raise(ABORT, 'away'); END`,
  PostgreSQL: `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'away' USING ERRCODE = '57P03'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON automation_reports_slots FOR EACH ROW WHEN (NEW.state = 'made')
      EXECUTE FUNCTION refuse()`,
};
const ALLOW_ENDS = {
  SQLite: "DROP TRIGGER refuse",
  PostgreSQL: "DROP TRIGGER refuse ON automation_reports_slots",
};
