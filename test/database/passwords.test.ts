/** Passwords that are not plain ASCII: a server that prepared them by SASLprep accepts what we prepare. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { TestDatabase } from "../making/postgres-server.ts";
import { reportOn } from "../making/reports.ts";
import { fillSyncHistory, run, sharedServer } from "../making/warehouses.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await (await sharedServer()).createDatabase();
  await fillSyncHistory("M")(database.sql, [run({ start: "2026-07-10T01:00:00Z", end: "2026-07-10T01:00:01Z" })], []);
});

afterAll(async () => await database.close());

test.each([
  { name: "ASCII", password: "canary !~" },
  { name: "a composed letter", password: "can\u00e4ry" },
  { name: "a decomposed letter", password: "cana\u0308ry" },
  { name: "a ligature", password: "canary\ufb01" },
  { name: "a Roman numeral", password: "canary\u2168" },
  { name: "a superscript", password: "canary\u00aa" },
  { name: "a full-width letter", password: "canary\uff21" },
  { name: "a no-break space", password: "can\u00a0ary" },
  { name: "a soft hyphen", password: "can\u00adary" },
  { name: "a soft hyphen alone", password: "\u00ad\u00ad\u00ad" },
  { name: "a zero-width joiner", password: "can\u200dary" },
  { name: "Arabic", password: "\u0627\u0644\u0633\u0631" },
  { name: "Arabic before Latin, which is forbidden", password: "\u0627canary" },
  { name: "a control character beyond ASCII, which is forbidden", password: "can\u0085ary" },
  { name: "a letter of a private use area, which is forbidden", password: "can\ue000ary" },
  { name: "an emoji, which Unicode 3.2 does not know", password: "canary\u{1f600}" },
  { name: "Chinese", password: "\u5bc6\u7801\u5bc6\u7801" },
  { name: "Hangul in parts", password: "\u1100\u1161\u11a8canary" },
])("$name", async ({ password }) => {
  const role = `reader_${database.name}_${Bun.hash(password).toString(36)}`;
  await database.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await database.sql.unsafe(
    `GRANT USAGE ON SCHEMA orchestration TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${role}`,
  );
  const report = await reportOn(database.url.replace(/\/\/[^@]*@/, `//${role}:${encodeURIComponent(password)}@`));
  expect(report).toMatchObject({ performance_metrics: {} });
  const wrong = await reportOn(database.url.replace(/\/\/[^@]*@/, `//${role}:${encodeURIComponent(`${password}x`)}@`));
  expect(wrong).toContain("refuses the password or user");
});
