/** A canary in each place that may hold a secret: refused by the server, in no stream, file or command line. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directoryWith, freshDirectory, runCli, type Surroundings } from "../../making/cli.ts";
import {
  AS_OF,
  expectNoSecret,
  expectNothingLeft,
  expectOneFailure,
  GENERATE,
  launch,
  makeTrio,
  makeVictim,
  type Trio,
} from "../../making/faults.ts";
import { PASSWORD, type PostgresServer, type TestDatabase } from "../../making/postgres-server.ts";
import { sharedServer } from "../../making/warehouses.ts";
import { numbered } from "../../making/numbers.ts";

const WRONG = `${PASSWORD} wrong`;
const ENCODED = encodeURIComponent(WRONG);
const EVERY_BYTE = [...Buffer.from(WRONG)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const LOUD = ["generate", ...AS_OF, "--detailed", "--verbose", "--export-json", "--output", "report.txt"];

let trio: Trio;
let server: PostgresServer;
let victim: TestDatabase;

beforeAll(async () => {
  [trio, server] = await Promise.all([makeTrio(), sharedServer()]);
  victim = await makeVictim(server);
});

afterAll(async () => {
  await victim.close();
  await trio.healthy.close();
});

/** A file outside the working directory, which only its owner may read. */
function secretFile(name: string, text: string): string {
  const path = join(freshDirectory(), name);
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  return path;
}

describe("the server refuses it", () => {
  const url = (user: string, query = "") => `postgres://${user}@127.0.0.1:${server.port}/${victim.name}${query}`;
  const ofDead = (line: string) =>
    `[defaults]\nurl = "${trio.healthyUrl}"\n[crm.first]\n[crm.dead]\n${line}\n[crm.last]\n`;

  type Place = { name: string; make: () => { line: string; env?: Surroundings["env"] } };
  test.each(
    numbered<Place>("X1", [
      { name: "in the URL", make: () => ({ line: `url = "${url(`owner:${ENCODED}`)}"` }) },
      { name: "in the URL, every byte encoded", make: () => ({ line: `url = "${url(`owner:${EVERY_BYTE}`)}"` }) },
      { name: "in the URL's parameters", make: () => ({ line: `url = "${url("owner", `?password=${ENCODED}`)}"` }) },
      {
        name: "in url_file",
        make: () => ({ line: `url_file = "${secretFile("url", `${url(`owner:${ENCODED}`)}\n`)}"` }),
      },
      {
        name: "in systemd's credentials",
        make: () => ({
          line: 'url_file = "dead-url"',
          env: { CREDENTIALS_DIRECTORY: join(secretFile("dead-url", url(`owner:${ENCODED}`)), "..") },
        }),
      },
      {
        name: "in a variable of the environment",
        make: () => ({ line: 'url = "${DEAD_URL}"', env: { DEAD_URL: url(`owner:${ENCODED}`) } }),
      },
      {
        name: "in a part of the URL from the environment",
        make: () => ({ line: `url = "${url("owner:${DEAD_PASSWORD}")}"`, env: { DEAD_PASSWORD: ENCODED } }),
      },
      {
        name: "in a password file",
        make: () => ({
          line: `url = "${url("owner")}"`,
          env: { PGPASSFILE: secretFile("pgpass", `*:*:*:owner:${WRONG.replaceAll(":", "\\:")}\n`) },
        }),
      },
    ]),
  )("$no a wrong password $name → exit 3; it is in no stream, file or title", async ({ make }) => {
    const { line, env = {} } = make();
    const quiet = await launch(GENERATE, { cwd: directoryWith(ofDead(line)), env }).trial;
    await expectOneFailure(quiet, {
      trio,
      says: "refuses the password or user",
      advises: "check both",
      free: [victim],
    });
    const loud = await launch([...LOUD, "--log-format", "json"], { cwd: directoryWith(ofDead(line)), env }).trial;
    expect([loud.code, loud.stdout]).toEqual([3, ""]);
    expect(loud.stderr).toContain("refuses the password or user");
    expectNoSecret(loud);
  });
});

/** What belongs under url. */
const STRAY = "postgres://u:canary@h/d";

describe("the configuration is refused: exit 2, file and line, no value", () => {
  test.each(
    numbered("X2", [
      { name: "a password that is not encoded", line: `url = "postgres://owner:${PASSWORD}@127.0.0.1/d"` },
      { name: "no connection URL at all", line: `url = "host=h password=canary"` },
      { name: "a parameter that is not known", line: `url = "postgres://u@h/d?colour=canary"` },
      { name: "the rest of a password", line: `url = "postgres://u@h/d?password=x&canary=y"` },
      { name: "a port that is a password", line: `url = "postgres://u@h:canary/d"` },
      { name: "a mode that is a password", line: `url = "postgres://u:canary@h/d?sslmode=canary"` },
      { name: "a line that is no TOML", line: `url = "postgres://u:canary@h/d` },
      { name: "a wrong type", line: `url = ["postgres://u:canary@h/d"]` },
      { name: "both ways at once", line: `url = "postgres://u:canary@h/d"\nurl_file = "canary"` },
      { name: "a URL as the store's path", line: `url = "sqlite:w"\n[store]\npath = "${STRAY}"` },
      { name: "a URL as the exports' folder", line: `url = "sqlite:w"\n[export]\nenabled = true\ndir = "${STRAY}"` },
      { name: "a URL as the calendar", line: `url = "sqlite:w"\n[calendar]\nholidays = "${STRAY}"` },
      { name: "a URL as the socket", line: `url = "sqlite:w"\n[serve]\nlisten = "unix:${STRAY}"` },
      { name: "a URL behind sqlite:", line: `url = "sqlite:${STRAY}"` },
      { name: "a URL behind the store's sqlite:", line: `url = "sqlite:w"\n[store]\nurl = "sqlite:${STRAY}"` },
      { name: "a URL as its passfile", line: `url = "postgres://u@h/d?passfile=${STRAY}"` },
    ]),
  )("$no a configuration with $name → exit 2, with file and line; it is in no stream", async ({ line }) => {
    const cwd = directoryWith(`[crm.dead]\n${line}\n`);
    const ended = await launch(LOUD, { cwd }).trial;
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toMatch(/automation-reports\.toml:\d+:\d+: /);
    expectNoSecret(ended);
    expect(readdirSync(cwd)).toEqual(["automation-reports.toml"]);
    for (const args of [
      ["config", "check"],
      ["config", "show"],
      ["history", "list"],
      ["store", "check"],
    ]) {
      const { code, stdout, stderr } = await runCli(args, { cwd });
      expect([args, code, `${stdout}${stderr}`.includes("canary")]).toEqual([args, 2, false]);
    }
  });
});

test("X3 an error of the server that repeats the password → exit 3; none of its words", async () => {
  const victim = await makeVictim(server);
  await victim.sql.unsafe(`ALTER TABLE orchestration.sync_history RENAME TO real_history;
    CREATE FUNCTION shout() RETURNS boolean LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'login ${PASSWORD.replace("%", "%%")} at ${victim.url.replaceAll("%", "%%")}'; END $$;
    CREATE VIEW orchestration.sync_history AS SELECT * FROM orchestration.real_history WHERE shout()`);
  const ended = await launch(GENERATE, { cwd: trio.withDead(victim.url) }).trial;
  await expectOneFailure(ended, {
    trio,
    says: "a function or trigger before the table raises an error of its own (P0001)",
    advises: "correct that row",
    free: [victim],
  });
  await victim.close();
});

test("X4 a sync's error message that repeats the password → exit 0; it is in no stream or file", async () => {
  await victim.sql`UPDATE orchestration.sync_history SET error_message = ${`login ${PASSWORD} at ${victim.url}`} WHERE status = 'failed'`;
  for (const args of [LOUD, GENERATE]) {
    const ended = await launch(args, { cwd: trio.withDead(victim.url) }).trial;
    expect(ended.code).toBe(0);
    await expectNothingLeft(ended, [trio.healthy, victim]);
  }
});
