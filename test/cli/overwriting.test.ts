/** A file that the operator names is not written over where that would destroy what somebody still needs. */
import { Database } from "bun:sqlite";
import { beforeAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directoryWith, freshDirectory, runCli } from "../making/cli.ts";

let cwd: string;
const CONFIG = "automation-reports.toml";
const READ = ["--as-of", "2026-07-10T21:00:00Z", "--quiet"];

beforeAll(async () => {
  cwd = freshDirectory();
  expect((await runCli(["demo", "--dir", ".", "--as-of", "2026-07-10T21:00:00Z"], { cwd })).code).toBe(0);
  writeFileSync(join(cwd, CONFIG), `${readFileSync(join(cwd, CONFIG), "utf8")}\n[store]\npath = "store.sqlite"\n`);
  expect((await runCli(["generate", ...READ], { cwd })).code).toBe(0);
  symlinkSync("warehouse.sqlite", join(cwd, "link"));
});

const bytes = () => ["warehouse.sqlite", "store.sqlite", CONFIG].map((name) => Bun.hash(readFileSync(join(cwd, name))));

test.each([
  {
    args: ["generate", "-o", "warehouse.sqlite"],
    says: "warehouse.sqlite is an SQLite database, which a report would destroy",
  },
  { args: ["generate", "-o", "link"], says: "link is an SQLite database" },
  { args: ["generate", "-o", "store.sqlite"], says: "store.sqlite is an SQLite database" },
  { args: ["generate", "-o", "warehouse.sqlite-wal"], says: "warehouse.sqlite-wal belongs to the SQLite database" },
  { args: ["generate", "-o", CONFIG], says: `${CONFIG} is the configuration` },
  { args: ["store", "backup", "store.sqlite"], says: "store.sqlite is the store itself" },
  { args: ["store", "backup", "store.sqlite-wal"], says: "store.sqlite-wal belongs to the database" },
  { args: ["store", "backup", "store.sqlite-journal"], says: "store.sqlite-journal belongs to the database" },
  {
    args: ["store", "backup", "warehouse.sqlite"],
    says: "warehouse.sqlite is the database of [defaults]: name another file",
  },
  { args: ["store", "backup", "link"], says: "link is the database of [defaults]" },
])("$args → exit 2: $says", async ({ args, says }) => {
  const before = bytes();
  const { code, stdout, stderr } = await runCli(args, { cwd });
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  expect(bytes()).toEqual(before);
});

test("a store in use is not replaced by a copy of another", async () => {
  expect((await runCli(["store", "backup", "copy.sqlite"], { cwd })).code).toBe(0);
  using database = new Database(join(cwd, "copy.sqlite"));
  database.run("PRAGMA journal_mode = WAL");
  database.run("CREATE TABLE more (a)");
  const { code, stderr } = await runCli(["store", "backup", "copy.sqlite"], { cwd });
  expect([code, stderr]).toEqual([2, expect.stringContaining("copy.sqlite is a store in use: name another file")]);
});

const NAMED = {
  "wh-url": "postgresql://u@db.invalid/d?sslkey=/nowhere/key.pem&passfile=PASSFILE",
  "store-url": "sqlite:kept.sqlite",
  "ping-url": "https://ping.invalid/1",
  tokens: `ops read ${"t0".repeat(16)}`,
  passwords: "db.invalid:5432:d:u:secret",
  "days.ics":
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260101\nEND:VEVENT\nEND:VCALENDAR\n",
};
const NAMING = `[serve]
token_file = "tokens"
[store]
url_file = "store-url"
[calendar]
holidays = "days.ics"
[[schedule]]
name = "daily"
cron = "@daily"
ping_url_file = "ping-url"
[crm.hubspot]
url_file = "wh-url"
`;

/** A configuration that names every kind of file, and files that it does not name. */
function directoryOfNamed(below = "."): string {
  const cwd = directoryWith(NAMING);
  mkdirSync(join(cwd, below), { recursive: true });
  writeFileSync(join(cwd, CONFIG), NAMING.replaceAll(/(_file|holidays) = "/g, `$1 = "${below}/`));
  for (const [name, text] of Object.entries(NAMED)) {
    const passwords = join(cwd, below, "passwords");
    writeFileSync(join(cwd, below, name), text.replace("PASSFILE", passwords), { mode: 0o600 });
  }
  writeFileSync(join(cwd, "notes.txt"), "what to do");
  return cwd;
}

test.each([
  { file: CONFIG, is: "the configuration" },
  { file: "wh-url", is: "the url_file of [crm.hubspot]" },
  { file: "store-url", is: "the url_file of [store]" },
  { file: "ping-url", is: "the ping_url_file of [schedule.0]" },
  { file: "tokens", is: "the token_file of [serve]" },
  { file: "days.ics", is: "the holidays of [calendar]" },
  { file: "passwords", is: "the passfile of [crm.hubspot]" },
])("a report or a copy of the store does not take the place of $is", async ({ file, is }) => {
  const cwd = directoryOfNamed();
  const before = readFileSync(join(cwd, file), "utf8");
  writeFileSync(join(cwd, "saved.json"), "{}");
  for (const args of [
    ["store", "backup", file],
    ["generate", "-o", file],
    ["generate", "-o", file, "--format", "openmetrics"],
    ["generate", "-o", file, "--crm", "hubspot", "--rule", "contacts"],
    ["generate", "-o", file, "--input", "saved.json"],
  ]) {
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect([args, code, stdout, stderr]).toEqual([
      args,
      2,
      "",
      expect.stringContaining(`/${file} is ${is}: name another file\n`),
    ]);
  }
  expect(readFileSync(join(cwd, file), "utf8")).toBe(before);
});

test("an export does not take the place of a file that the configuration names", async () => {
  const cwd = directoryOfNamed("out/latest");
  symlinkSync("wh-url", join(cwd, "out/latest/hubspot.json"));
  const { code, stderr } = await runCli(["generate", "--export-json", "--output-dir", "out"], { cwd });
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining("latest/hubspot.json is the url_file of [crm.hubspot]: name another file"),
  ]);
});

test("a copy takes the place of an earlier copy or of an empty file, and of nothing else", async () => {
  const cwd = directoryOfNamed();
  // Whoever deletes makes the store that is to be copied.
  expect((await runCli(["store", "prune"], { cwd })).code).toBe(0);
  const { code, stderr } = await runCli(["store", "backup", "notes.txt"], { cwd });
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining("notes.txt is no earlier copy of a store: name another file"),
  ]);
  expect(readFileSync(join(cwd, "notes.txt"), "utf8")).toBe("what to do");
  writeFileSync(join(cwd, "empty"), "");
  for (const copy of ["empty", "empty", "new.sqlite"]) {
    expect((await runCli(["store", "backup", copy], { cwd })).code).toBe(0);
  }
});

test("a site does not take the place of a directory with a file that the configuration names", async () => {
  const cwd = directoryOfNamed("site");
  expect((await runCli(["store", "check"], { cwd })).code).toBe(0);
  writeFileSync(join(cwd, "site/.automation-reports-site"), "");
  const { code, stderr } = await runCli(["export", "site", "site"], { cwd });
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining("/site/days.ics, which is the holidays of [calendar]: name another directory"),
  ]);
  expect(readFileSync(join(cwd, "site/wh-url"), "utf8")).toContain("postgresql:");
});
