/** The network to one CRM's server is lost in mid-query: nobody says so, there is only silence. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  backendPid,
  expectOneFailure,
  figuresOf,
  GENERATE,
  launch,
  makeTrio,
  makeVictim,
  slowDown,
  until,
  type Trial,
  type Trio,
} from "../../making/faults.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { directoryWith, freshDirectory } from "../../making/cli.ts";
import { reportsIn } from "../../making/passes.ts";
import { canMakeNamespaces, layCable, type Cable } from "../../making/namespaces.ts";

const WHY = "network namespaces need root";

let trio: Trio;
let cable: Cable;

beforeAll(async () => {
  if (!canMakeNamespaces) return;
  [trio, cable] = await Promise.all([makeTrio(), layCable()]);
});

afterAll(async () => {
  if (!canMakeNamespaces) return;
  await cable[Symbol.asyncDispose]();
  await trio.healthy.close();
});

describe.skipIf(!canMakeNamespaces)(`the cable is pulled (${WHY})`, () => {
  test("N1 the cable is pulled in mid-query → exit 3, given up at the deadline, no snapshot held, the backend gone once it can know", async () => {
    const victim = await makeVictim(cable.server);
    await slowDown(victim);
    const cwd = trio.withDead(cable.url(victim.name), 'timeout = "1500ms"');
    const { trial } = launch(GENERATE, { cwd, within: cable.here });
    const pid = await backendPid(victim);
    cable.pull();
    let ended: Trial;
    try {
      ended = await trial;
      // Cancelling and closing are tried for little more than a second.
      expect(ended.tookMs).toBeLessThan(5000);
      // The server's own statement_timeout ends the query, though nobody can tell it to.
      await until(async () => {
        const [row] = await victim.sql`SELECT state, backend_xmin FROM pg_stat_activity WHERE pid = ${pid}`;
        return row?.["state"] === "idle in transaction (aborted)" && row["backend_xmin"] === null;
      });
    } finally {
      cable.plugIn();
    }
    await expectOneFailure(ended, {
      trio,
      says: "no complete answer within 1.5 s",
      advises: "raise timeout",
      free: [victim],
    });
    await victim.close();
  });

  test("N2 the cable is pulled before the connection → exit 3, given up at the deadline", async () => {
    cable.pull();
    try {
      const cwd = trio.withDead(cable.url("postgres"), 'timeout = "500ms"');
      const ended = await launch(GENERATE, { cwd, within: cable.here }).trial;
      expect(ended.tookMs).toBeLessThan(4000);
      await expectOneFailure(ended, { trio, says: "no complete answer within 0.5 s", advises: "raise timeout" });
    } finally {
      cable.plugIn();
    }
  });

  test("N3 the cable is pulled and plugged in again within the deadline → exit 0, the report is made", async () => {
    const victim = await makeVictim(cable.server);
    await slowDown(victim, 1);
    const { trial } = launch(GENERATE, { cwd: trio.withDead(cable.url(victim.name)), within: cable.here });
    await backendPid(victim);
    cable.pull();
    await Bun.sleep(300);
    cable.plugIn();
    const { code, stdout } = await trial;
    expect([code, figuresOf(stdout)]).toMatchObject([
      0,
      [{}, { performance_metrics: { total_actions: 2, failed_actions: 1 } }, {}],
    ]);
    await victim.close();
  });
});

describe.skipIf(!canMakeNamespaces)(`no route to the server (${WHY})`, () => {
  test("N4 no route to the server → exit 3, said with its address", async () => {
    const cwd = trio.withDead("postgres://u:canary@10.231.8.1/d");
    const ended = await launch(GENERATE, { cwd, within: cable.here }).trial;
    // Bun reports ENETUNREACH as ECONNREFUSED.
    await expectOneFailure(ended, { trio, says: "10.231.8.1:5432", advises: "is PostgreSQL running there" });
  });
});

describe.skipIf(!canMakeNamespaces)("no server of names answers (another resolv.conf needs root)", () => {
  test("N5 eight names that nobody looks up → exit 3, and a CRM with a name that is known is read", async () => {
    const mute = await Bun.udpSocket({ hostname: "127.9.9.9", port: 53, socket: { data: () => {} } });
    const resolver = join(freshDirectory(), "resolv.conf");
    writeFileSync(resolver, "nameserver 127.9.9.9\n");
    const names = Array.from({ length: 8 }, (_, nth) => `[crm.dead${nth}]\nurl = "postgres://u@host${nth}.test/d"\n`);
    const known = `[crm.known]\nurl = "${trio.healthyUrl.replace("127.0.0.1", "localhost")}"\ncrm_source = "first"\n`;
    const cwd = directoryWith(`concurrency = 4\n[defaults]\ntimeout = "4s"\n${names.join("")}${known}`);
    const bound = `mount --bind ${resolver} /etc/resolv.conf && exec "$@"`;
    const { trial } = launch(GENERATE, { cwd, within: ["unshare", "-m", "sh", "-c", bound, "sh"] });
    try {
      const { code, stdout, stderr } = await trial;
      expect([code, stderr.trimEnd().split("\n").length]).toEqual([3, 8]);
      expect(reportsIn(stdout).map(({ metadata }) => metadata.source)).toEqual(["known"]);
    } finally {
      mute.close();
    }
  });
});
