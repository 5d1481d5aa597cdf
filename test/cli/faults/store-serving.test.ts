/** What happens to a store while a server has it open: rows are spoiled, and its file is removed or replaced. */
import { afterEach, expect, test } from "bun:test";
import { copyFileSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../../src/store/open.ts";
import { runCli } from "../../making/cli.ts";
import { until } from "../../making/faults.ts";
import { killLaunched } from "../../making/scheduler.ts";
import { numbered } from "../../making/numbers.ts";
import { installServer, startServer, type Served } from "../../making/serving.ts";
import { alterStore, madePass, targetOf } from "../../making/stores.ts";

afterEach(killLaunched);

const SLOT_MS = Date.parse("2026-07-10T21:00:00Z");
const CRMS = ["hubspot", "genius"].map((name) => `[crm.${name}]\nurl = "sqlite:nowhere.sqlite"\n`).join("");
const DAILY = '[[schedule]]\nname = "daily"\ncron = "0 0 1 1 *"\n';
/** What answers whatever is in the store. Nothing is known of the CRMs now, which the status tells with 503. */
const ANSWERED = ["/", "/crms/hubspot", "/crms/genius", "/reports", "/schedule", "/metrics", "/readyz", "/api/v1/crms"];

/** A store in which one pass of a schedule is kept, with a report on each CRM. */
async function installKept(): Promise<{ cwd: string; path: string }> {
  const cwd = installServer("", { crms: CRMS, schedule: DAILY });
  const path = join(cwd, "state/reports.sqlite");
  await using store = await openStore(targetOf(`sqlite:${path}`));
  const key = { schedule: "daily", slotMs: SLOT_MS };
  await store.slots.claim(key, "x", 60_000);
  const made = madePass(["hubspot", "genius"], new Date().toISOString());
  await store.slots.end({ ...key, holder: "x", attempt: 1 }, { state: "made", exitCode: 0, note: null }, made);
  return { cwd, path };
}

const read = async (server: Served, path: string) => {
  const answer = await server.ask(path);
  return [answer.status, await answer.text()] as const;
};

test.each(
  numbered("D4", [
    {
      name: "a slot at a time that no calendar has",
      sql: "INSERT INTO automation_reports_slots (schedule, slot_ms, state, attempts) VALUES ('daily', 8640000000000001, 'made', 1)",
      says: "slot 8640000000000001 of daily: slot_ms is not as this program writes it",
      page: "/schedule",
      notes: "slot 8640000000000001 of daily: slot_ms is not as this program writes it: left out here",
    },
    {
      name: "an unknown state of every slot",
      sql: "UPDATE automation_reports_slots SET state = 'x'",
      says: `slot ${SLOT_MS} of daily: state is not as this program writes it`,
      page: "/schedule",
      notes: `slot ${SLOT_MS} of daily: state is not as this program writes it: left out here`,
    },
    {
      name: "a number of the report on one CRM",
      sql: "UPDATE automation_reports_reports SET total = 9223372036854775807 WHERE source = 'genius'",
      says: "total is not as this program writes it",
      page: "/crms/genius",
      notes: "its newest reports can no longer be read",
    },
    {
      name: "the time of a pass",
      sql: `UPDATE automation_reports_passes SET started_ms = 9007199254740991`,
      says: "started_ms is not as this program writes it",
      page: "/crms/hubspot",
      notes: "hubspot",
    },
  ]),
)("$no $name → serve leaves the row out, says so once and on its page, shows the rest", async (damage) => {
  const { cwd, path } = await installKept();
  await alterStore("SQLite", `sqlite:${path}`, damage.sql);
  const server = await startServer(cwd);
  await until(async () => (await server.ask("/readyz")).status === 200);
  for (const place of [...ANSWERED, ...ANSWERED])
    expect([place, (await server.ask(place)).status]).toEqual([place, 200]);
  const [, status] = await read(server, "/api/v1/status");
  expect(status).toMatch(/^(?:critical|warning)/);
  const [, page] = await read(server, damage.page);
  expect(page).toContain(damage.notes);
  const [, hubspot] = await read(server, "/api/v1/crms/hubspot");
  expect(JSON.parse(hubspot)).toMatchObject({ report: { id: expect.stringMatching(/^hubspot-/) } });
  expect(server.said().split(damage.says).length - 1).toBe(1);
  expect((await server.stop()).code).toBe(0);
  const check = await runCli(["store", "check"], { cwd });
  expect([check.code, check.stderr]).toEqual([5, expect.stringContaining(damage.says)]);
});

test("D5.1 the file of the store is removed under serve → not ready, told so; put back, it goes on with it", async () => {
  const { cwd, path } = await installKept();
  const server = await startServer(cwd);
  await until(async () => (await server.ask("/readyz")).status === 200);
  renameSync(path, `${path}.away`);
  await until(async () => (await server.ask("/readyz")).status === 503);
  expect(JSON.parse((await read(server, "/readyz"))[1])).toMatchObject({ ready: false, checks: { store: false } });
  expect((await server.ask("/api/v1/reports")).status).toBe(503);
  renameSync(`${path}.away`, path);
  await until(async () => (await server.ask("/readyz")).status === 200);
  expect((await server.ask("/api/v1/reports")).status).toBe(200);
  expect((await server.stop()).code).toBe(0);
});

test("D5.2 a backup takes the place of the file under serve → it is opened, told so, and what is made later is kept in it", async () => {
  const { cwd, path } = await installKept();
  const backup = await runCli(["store", "backup", "copy.sqlite"], { cwd });
  expect(backup.code).toBe(0);
  const server = await startServer(cwd);
  await until(async () => (await server.ask("/readyz")).status === 200);
  await alterStore("SQLite", `sqlite:${path}`, "DELETE FROM automation_reports_reports WHERE source = 'hubspot'");
  for (const suffix of ["", "-wal", "-shm"]) unlinkSync(`${path}${suffix}`);
  copyFileSync(join(cwd, "copy.sqlite"), `${path}.new`);
  renameSync(`${path}.new`, path);
  await until(() => server.said().includes("another file is in its place") || server.ask("/readyz").then(() => false));
  const [, listed] = await read(server, "/api/v1/reports?crm=hubspot");
  expect((JSON.parse(listed) as { reports: unknown[] }).reports).toHaveLength(1);
  const asked = await server.ask("/api/v1/passes", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ time_window: "3h" }),
  });
  expect(asked.status).toBe(202);
  const { href } = (await asked.json()) as { href: string };
  await until(async () => (await read(server, href))[1].includes('"done"'));
  expect((await server.stop()).code).toBe(0);
  await using store = await openStore(targetOf(`sqlite:${path}`), "look");
  expect((await store.reports.listPasses({ limit: 9 })).length).toBeGreaterThanOrEqual(2);
});
