/** The hidden command that completion scripts ask for names. */
import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import { directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import { madePass, newStoreUrl, targetOf } from "../making/stores.ts";

const NOTHING = { code: 0, stdout: "", stderr: "" };
const ask = async (kind: string, cwd: string, ...more: string[]) =>
  await runCli(["completion", "names", kind, ...more], { cwd });

test("CRMs and schedules come from the file alone: no variable, no secret and no warehouse is needed", async () => {
  const cwd = directoryWith(`unknown = 1
[crm.hubspot]
url = "\${NOT_SET}"
[crm.genius]
url_file = "nowhere"
[crm."no name"]
[[schedule]]
name = "morning"
cron = "not a pattern"
[[schedule]]
cron = "@daily"
`);
  expect(await ask("crm", cwd)).toEqual({ ...NOTHING, stdout: "hubspot\ngenius\n" });
  expect(await ask("schedule", cwd)).toEqual({ ...NOTHING, stdout: "morning\n" });
});

test("without a schedule there is the one that holds then", async () => {
  expect(await ask("schedule", directoryWith('[crm.a]\nurl = "x"\n'))).toEqual({ ...NOTHING, stdout: "twice-a-day\n" });
});

test.each([
  { name: "no configuration", text: null },
  { name: "no TOML", text: "[crm.hubspot\n" },
  { name: "a list of CRMs", text: 'crm = ["hubspot"]\nschedule = 5\nstore = 7\n' },
  { name: "names that would act on the terminal", text: '[crm."\\u001b[31m"]\n[[schedule]]\nname = "a b; rm"\n' },
  { name: "a store that is not there", text: '[crm."A"]\n[store]\npath = "no/store.sqlite"\n[[schedule]]\n' },
  { name: "a store in a server", text: '[crm."A"]\n[store]\nurl = "postgres://u@192.0.2.1/d"\n[[schedule]]\n' },
])("$name: nothing, and no error", async ({ text }) => {
  const cwd = text === null ? freshDirectory() : directoryWith(text);
  const before = readdirSync(cwd);
  for (const kind of ["crm", "schedule", "report", "nothing", "toString"]) {
    expect([kind, await ask(kind, cwd)]).toEqual([kind, NOTHING]);
  }
  expect(readdirSync(cwd)).toEqual(before);
});

test("a FIFO or a directory for a configuration is waited for by nobody", async () => {
  const cwd = freshDirectory();
  Bun.spawnSync(["mkfifo", join(cwd, "fifo")]);
  mkdirSync(join(cwd, "folder"));
  for (const name of ["fifo", "folder"]) expect(await ask("crm", cwd, "--config", name)).toEqual(NOTHING);
});

test("reports come from the store, behind latest and the names of CRMs, newest first, also where it may only be read", async () => {
  const url = await newStoreUrl("SQLite");
  const path = url.slice("sqlite:".length);
  const ids: string[] = [];
  {
    await using store = await openStore(targetOf(url));
    for (const day of ["01", "02"])
      await store.reports.keepPass(madePass(["hubspot"], `2026-07-${day}T04:00:00Z`), "a");
    ids.push(...(await store.reports.list({ limit: 10 })).map(({ id }) => id));
  }
  const cwd = directoryWith(`[crm.a]\nurl = "\${NOT_SET}"\n[store]\npath = "${path}"\n`);
  const shown = { ...NOTHING, stdout: `${["latest", "a", ...ids].join("\n")}\n` };
  expect(ids).toHaveLength(2);
  expect(await ask("report", cwd)).toEqual(shown);
  chmodSync(path, 0o444);
  chmodSync(dirname(path), 0o555);
  const before = readdirSync(dirname(path));
  // Root may write everywhere, unless its rights are dropped.
  const within = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
  expect(await runCli(["completion", "names", "report"], { cwd, within })).toEqual(shown);
  expect(readdirSync(dirname(path))).toEqual(before);
  chmodSync(dirname(path), 0o755);
  writeFileSync(path, "");
  expect(await ask("report", cwd)).toEqual(NOTHING);
});
