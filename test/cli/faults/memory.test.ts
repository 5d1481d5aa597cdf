/** kill -9, two fills at once, a full disk: nothing of the memory is lost, and no run is counted twice. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openStore } from "../../../src/store/open.ts";
import { directoryWith, freshDirectory, runCli } from "../../making/cli.ts";
import { isLong, seed } from "../../making/draws.ts";
import { isRoot } from "../../making/faults.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import { configureHourly, expectAsRows, makeHourly, readMemory } from "../../making/remembered.ts";
import { killLaunched, launch } from "../../making/scheduler.ts";
import { drawFrom } from "../../making/simulation/chance.ts";
import { newStoreUrl, STORE_KINDS, targetOf } from "../../making/stores.ts";

const DAYS = 12;
const ROUNDS = isLong ? 200 : 8;

let warehouse: TestDatabase;
beforeAll(async () => {
  warehouse = await makeHourly(DAYS);
});
afterAll(async () => {
  killLaunched();
  await warehouse.close();
});

describe.each(STORE_KINDS.map((kind, at) => ({ kind, at: at + 1 })))("a store in $kind", ({ kind, at }) => {
  test(
    `J1.${at} kill -9 of a fill and of a report at random moments, the store in ${kind} → the memory is whole, and what is missing is read later`,
    async () => {
      const moment = drawFrom(seed, `memory ${kind}`);
      const url = await newStoreUrl(kind);
      const cwd = configureHourly(warehouse.url, url);
      for (let round = 0; round < ROUNDS; round += 1) {
        const children = [
          launch(["memory", "fill", ...(round % 3 === 0 ? ["--again"] : []), "--since", `${DAYS}d`], { cwd }),
          launch(["generate", "-q"], { cwd }),
        ];
        await Bun.sleep(100 + 900 * moment());
        for (const child of children) child.kill("SIGKILL");
        await Promise.all(children.map(async (child) => await child.exited));
        await using store = await openStore(targetOf(url));
        expect(await store.check()).toEqual([]);
        await expectAsRows(await readMemory(cwd, url), warehouse);
      }
      const last = await runCli(["memory", "fill", "--since", `${DAYS}d`], { cwd });
      expect([last.code, last.stderr]).toEqual([0, ""]);
      expect(await expectAsRows(await readMemory(cwd, url), warehouse)).toBeGreaterThanOrEqual(DAYS * 24 - 1);
    },
    isLong ? 1_200_000 : 120_000,
  );

  test(`J2.${at} three fills and a report at once, the store in ${kind} → each run once, exit 0`, async () => {
    const url = await newStoreUrl(kind);
    const cwd = configureHourly(warehouse.url, url);
    const fill = ["memory", "fill", "--since", `${DAYS}d`];
    const all = await Promise.all(
      [fill, fill, [...fill, "--again"], ["generate", "-q"]].map(async (args) => await runCli(args, { cwd })),
    );
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(await expectAsRows(await readMemory(cwd, url), warehouse)).toBeGreaterThanOrEqual(DAYS * 24 - 1);
  });
});

test.skipIf(!isRoot)(
  "J3 a full disk (needs root) → the fill says so, exit 5; the report is made; with room again all of it is read",
  async () => {
    const disk = freshDirectory();
    expect(Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk]).exitCode).toBe(0);
    try {
      const cwd = directoryWith(
        `[store]\npath = "${join(disk, "memory.sqlite")}"\n[crm.hubspot]\nurl = "${warehouse.url}"\npreset = "sync-history"\n`,
      );
      expect((await runCli(["memory", "fill", "--since", "2d"], { cwd })).code).toBe(0);
      Bun.spawnSync(["dd", "if=/dev/zero", `of=${join(disk, "filler")}`, "bs=4k"]);
      const fill = await runCli(["memory", "fill", "--since", `${DAYS}d`], { cwd });
      expect([fill.code, fill.stderr]).toEqual([5, expect.stringContaining("full")]);
      const report = await runCli(["generate", "-f", "json"], { cwd });
      expect([report.code, (JSON.parse(report.stdout) as { reports: unknown[] }).reports.length]).toEqual([5, 1]);
      Bun.spawnSync(["rm", join(disk, "filler")]);
      expect((await runCli(["memory", "fill", "--since", `${DAYS}d`], { cwd })).code).toBe(0);
      await using store = await openStore(targetOf(`sqlite:${join(disk, "memory.sqlite")}`), "look");
      const { past } = (await store.memory.read(["hubspot"], 0)).get("hubspot")!;
      expect(await expectAsRows(past, warehouse)).toBeGreaterThanOrEqual(DAYS * 24 - 1);
    } finally {
      Bun.spawnSync(["umount", disk]);
    }
  },
);

test("J4 a warehouse that is away, a table that is not there → said, exit 4, and what is known stays", async () => {
  const cwd = configureHourly(warehouse.url);
  expect((await runCli(["memory", "fill", "--since", "3d"], { cwd })).code).toBe(0);
  const known = await expectAsRows(await readMemory(cwd), warehouse);
  const config = (url: string, more = "") =>
    writeFileSync(
      join(cwd, "automation-reports.toml"),
      `[store]\npath = "memory.sqlite"\n[crm.hubspot]\nurl = "${url}"\npreset = "sync-history"\n${more}`,
    );
  config("postgresql://u:canary-pw@127.0.0.1:1/d");
  const away = await runCli(["memory", "fill"], { cwd });
  expect([away.code, away.stderr]).toEqual([4, expect.stringContaining("refuses the connection")]);
  expect(away.stderr).not.toContain("canary-pw");
  config(warehouse.url, 'table = "nothing"\n');
  const missing = await runCli(["memory", "fill"], { cwd });
  expect([missing.code, missing.stderr]).toEqual([4, expect.stringContaining("no table to read")]);
  expect(await expectAsRows(await readMemory(cwd), warehouse)).toBe(known);
});
