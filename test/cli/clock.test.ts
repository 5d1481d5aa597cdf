/** Slots while another one hangs, and a clock that really jumps, under the compiled executable. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../making/cli.ts";
import { backendPid, slowDown, until } from "../making/faults.ts";
import { PYTHON, startNotifyPeer, type NotifyPeer } from "../making/notify-peer.ts";
import type { TestDatabase } from "../making/postgres-server.ts";
import {
  FAKETIME,
  install,
  killLaunched,
  launch,
  makeWarehouse,
  OFTEN,
  readLog,
  slotsIn,
  speedUp,
  sweepFaketime,
} from "../making/scheduler.ts";

let database: TestDatabase;

beforeEach(async () => {
  database = await makeWarehouse();
});

afterEach(killLaunched);

afterAll(sweepFaketime);

/** The clock of a process that starts at that time of 10 July, or of another day. */
const startedAt = (time: string, day = "2026-07-10") => ({
  LD_PRELOAD: FAKETIME ?? "",
  FAKETIME: `@${day} ${time}`,
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
  TZ: "UTC",
});

describe.skipIf(FAKETIME === undefined)("a clock that is years ahead for one pass (needs libfaketime)", () => {
  test.each([{ args: ["generate"] }, { args: ["schedule", "run", "often"] }])(
    "$args: what was kept, remembered and made before stays",
    async ({ args }) => {
      const cwd = install(OFTEN, database.url);
      await database.sql`UPDATE orchestration.sync_history SET (start_time, end_time) = (start_time - interval '2 days', end_time - interval '2 days')`;
      expect((await runCli(["schedule", "run", "often"], { cwd })).code).toBe(0);
      expect((await runCli(["memory", "fill", "--since", "3d"], { cwd })).code).toBe(0);
      const look = async () => {
        const days = await runCli(["memory", "show", "hubspot"], { cwd });
        const reports = await runCli(["history", "list", "--format", "json"], { cwd });
        const ids = (JSON.parse(reports.stdout) as { id: string }[]).map(({ id }) => id);
        const slots = (await slotsIn(cwd)).filter(({ state, slot }) => state === "made" && slot < "2030");
        return { days: days.stdout.split("\n")[0], ids: ids.filter((id) => !id.includes("-2030")), slots };
      };
      const before = await look();
      expect(before).toEqual({
        days: expect.stringMatching(/^hubspot: known since/),
        ids: [expect.stringMatching(/^hubspot-/)],
        slots: [expect.objectContaining({ state: "made" })],
      });
      const ahead = await runCli(args, { cwd, env: startedAt("00:00:05", "2030-01-01") });
      expect(ahead.code, ahead.stderr).toBe(0);
      expect(await look()).toEqual(before);
      const status = await runCli(["schedule", "status"], { cwd });
      expect([status.code, status.stdout], "100 slots of 2029 hide none of today").toEqual([
        0,
        expect.stringMatching(/often +ok +the \d+ \w+ \d{4} \d\d:\d\d UTC report was made/),
      ]);
      const shown = await runCli(["schedule", "history", "--limit", "1"], { cwd });
      expect(shown.stdout).toMatch(/\d\d:\d\d +often +made/);
      expect(shown.stderr).toBe(
        args[0] === "schedule"
          ? "slots after now, up to 1 Jan 2030 00:00 UTC, are left out: a clock was ahead, or this one is behind\n"
          : "",
      );
    },
  );
});

describe.skipIf(FAKETIME === undefined)("slots after one that hangs (needs libfaketime)", () => {
  test("while it hangs the next one is skipped; at its deadline it ends, and the one after is made", async () => {
    await slowDown(database);
    const cwd = install(`${OFTEN}deadline = "10s"\n`, database.url);
    const hanging = launch(["schedule", "run", "often"], { cwd, env: startedAt("20:58:01") });
    await backendPid(database);
    const skipped = await runCli(["schedule", "run", "often"], { cwd, env: startedAt("20:59:01") });
    expect([skipped.code, skipped.stderr]).toEqual([0, expect.stringContaining("is skipped: the one before it")]);
    expect(await hanging.exited).toBe(4);
    await speedUp(database);
    const made = await runCli(["schedule", "run", "often"], { cwd, env: startedAt("21:00:01") });
    expect(made.code, made.stderr).toBe(0);
    expect((await slotsIn(cwd)).map(({ slot, state, note }) => [slot, state, note])).toEqual([
      ["2026-07-10T21:00:00Z", "made", null],
      ["2026-07-10T20:59:00Z", "skipped", "the report before it was still being made"],
      ["2026-07-10T20:58:00Z", "failed", "not done within its deadline of 10 s"],
    ]);
  });
});

describe.skipIf(FAKETIME === undefined || PYTHON === null)(
  "when the clock jumps (needs libfaketime and python3)",
  () => {
    let peer: NotifyPeer;
    beforeEach(async () => {
      peer = await startNotifyPeer();
    });
    afterEach(async () => await peer.stop());

    /** A step of the wall clock; the monotonic one goes on. */
    const setClock = (path: string, instant: string) => {
      writeFileSync(`${path}.new`, `@${instant.replace("T", " ").replace("Z", "")}\n`);
      renameSync(`${path}.new`, path);
    };

    test.each([
      {
        name: "90 minutes forward, over a slot",
        to: "2026-07-10T22:25:00Z",
        slots: ["10T21:00 made", "10T04:00 skipped"],
      },
      { name: "an hour back", to: "2026-07-10T19:55:00Z", slots: ["10T04:00 skipped"] },
      {
        name: "three days forward",
        to: "2026-07-13T20:55:00Z",
        slots: [
          "13T04:00 made",
          "12T21:00 skipped",
          "12T04:00 skipped",
          "11T21:00 skipped",
          "11T04:00 skipped",
          "10T21:00 skipped",
          "10T04:00 skipped",
        ],
      },
    ])("$name", async ({ to, slots }) => {
      const cwd = install('[[schedule]]\nname = "twice"\ncron = ["0 4 * * *", "0 21 * * *"]\n', database.url);
      const clock = join(cwd, "clock");
      setClock(clock, "2026-07-10T20:55:00Z");
      const child = launch(["schedule"], {
        cwd,
        env: {
          ...peer.env,
          LD_PRELOAD: FAKETIME ?? "",
          FAKETIME_TIMESTAMP_FILE: clock,
          FAKETIME_NO_CACHE: "1",
          FAKETIME_DONT_FAKE_MONOTONIC: "1",
          TZ: "UTC",
        },
      });
      const log = readLog(child);
      await peer.hears("READY=1");
      await peer.hears("WATCHDOG=1");
      const beats = peer.heard.length;
      setClock(clock, to);
      await until(() => peer.heard.length > beats + 4);
      await until(async () => (await slotsIn(cwd)).every(({ state }) => state !== "running"));
      const seen = (await slotsIn(cwd)).map(({ slot, state }) => `${slot.slice(8, 16)} ${state}`);
      expect(seen, log.text()).toEqual([...slots]);
      child.kill("SIGTERM");
      expect(await child.exited).toBe(0);
      await peer.hears("STOPPING=1");
      expect(peer.heard.some((line) => line.startsWith("STATUS=1 schedule, next slot 2026-07-"))).toBe(true);
    });
  },
);
