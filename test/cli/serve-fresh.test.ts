/** The warehouse is protected from whoever asks: a real PostgreSQL, the compiled executable, requests that come at once. */
import { afterEach, expect, test } from "bun:test";
import { slowDown, until } from "../making/faults.ts";
import type { TestDatabase } from "../making/postgres-server.ts";
import { killLaunched, makeWarehouse } from "../making/scheduler.ts";
import { expectProblem, installServer, startServer, type Served } from "../making/serving.ts";

afterEach(killLaunched);

const READING_SECONDS = 1;

/** Every backend that has read, and how many read at once, until `over` is aborted. */
function watchBackends({ sql, name }: TestDatabase, over: AbortSignal): { pids: Set<number>; most: () => number } {
  const pids = new Set<number>();
  let most = 0;
  void (async () => {
    while (!over.aborted) {
      const rows = await sql`SELECT pid FROM pg_stat_activity
        WHERE datname = ${name} AND application_name = 'automation-reports'`;
      for (const row of rows) pids.add(Number(row["pid"]));
      most = Math.max(most, rows.length);
      await Bun.sleep(20);
    }
  })();
  return { pids, most: () => most };
}

type Request = { state: string; passes?: { href: string }[]; status?: string };

test.each(["[]", "[1]", "null", '"x"', "1", "{", '{"crms":[]}'])(
  "the body %s is refused, and nothing is read",
  async (body) => {
    const server = await startServer(installServer());
    const headers = { "content-type": "application/json" };
    const response = await server.ask("/api/v1/passes", { method: "POST", headers, body });
    await expectProblem(response, 400);
  },
);

async function requestPass(server: Served, window = "24h"): Promise<string> {
  const response = await server.ask("/api/v1/passes", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ crms: ["hubspot"], time_window: window }),
  });
  expect(response.status).toBe(202);
  return response.headers.get("location") ?? "";
}

async function untilDone(server: Served, links: string[]): Promise<void> {
  for (const link of new Set(links)) {
    await until(async () => {
      const { state, status } = (await (await server.ask(link)).json()) as Request;
      return !["pending", "running"].includes(state ?? status ?? "");
    });
  }
}

test("200 requests at a cold start, and pages beside them: the warehouse is read once", async () => {
  const database = await makeWarehouse();
  await slowDown(database, READING_SECONDS);
  const over = new AbortController();
  const watch = watchBackends(database, over.signal);
  const server = await startServer(installServer("", { crms: `[crm.hubspot]\nurl = "${database.url}"\n` }));
  const links = await Promise.all(Array.from({ length: 200 }, async () => await requestPass(server)));
  const pages = await Promise.all(
    ["/", "/api/v1/status", "/api/v1/crms", "/metrics"].flatMap((path) =>
      Array.from({ length: 50 }, async () => (await server.ask(path)).status),
    ),
  );
  expect(pages.filter((status) => ![200, 503].includes(status))).toEqual([]);
  await untilDone(server, links);
  // Within min_interval nobody is read again.
  await untilDone(server, await Promise.all(Array.from({ length: 20 }, async () => await requestPass(server))));
  over.abort();
  expect([watch.pids.size, watch.most()]).toEqual([1, 1]);
});

test("windows of other lengths are read one after another", async () => {
  const database = await makeWarehouse();
  await slowDown(database, READING_SECONDS);
  const over = new AbortController();
  const watch = watchBackends(database, over.signal);
  const server = await startServer(installServer("", { crms: `[crm.hubspot]\nurl = "${database.url}"\n` }));
  const windows = ["1h", "2h", "3h"];
  const links = await Promise.all(
    windows.flatMap((window) => Array.from({ length: 20 }, async () => await requestPass(server, window))),
  );
  await untilDone(server, links);
  over.abort();
  // One of them is that of the start, of 24 h.
  expect([watch.pids.size, watch.most()]).toEqual([4, 1]);
});
