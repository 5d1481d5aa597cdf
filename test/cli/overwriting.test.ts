/** A file that the operator names is not written over where that would destroy what somebody still needs. */
import { Database } from "bun:sqlite";
import { beforeAll, expect, test } from "bun:test";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshDirectory, runCli } from "../making/cli.ts";

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
    says: "warehouse.sqlite is another database, and no copy of a store",
  },
  { args: ["store", "backup", "link"], says: "link is another database" },
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
