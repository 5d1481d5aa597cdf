/** Mistakes in a table that is new in the schema are answered like those in the others. */
import { expect, test } from "bun:test";
import { ConfigSchema } from "../../src/config/schema.ts";
import { findProblems } from "../../src/config/validate.ts";
import { listTables } from "../../src/schema-keys.ts";
import { EnlargedSchema } from "../making/enlarged-schema.ts";

test.each<{ name: string; mail: unknown; says: string[] }>([
  {
    name: "a typing error",
    mail: { sever: "canary" },
    says: ['mail.sever: unknown key "sever": did you mean server?'],
  },
  {
    name: "typing errors in tables within it, and what is missing there",
    mail: { to: { ops: { adress: "canary" } }, relays: [{ hots: "canary" }] },
    says: [
      'mail.to.ops.adress: unknown key "adress": did you mean address?',
      'mail.relays.0.hots: unknown key "hots": did you mean host?',
      "mail.to.ops.address: address is missing",
      "mail.relays.0.host: host is missing",
    ],
  },
  { name: "text for the table", mail: "canary", says: ["mail: mail must be a table"] },
  { name: "a list for the table", mail: [], says: ["mail: mail must be a table"] },
  { name: "a date within it", mail: { to: { ops: new Date(0) } }, says: ["mail.to.ops: mail.to.ops must be a table"] },
  {
    name: "a reserved name",
    mail: { to: { constructor: { address: "canary" } } },
    says: ["mail.to.constructor: constructor is a reserved name: choose another"],
  },
  {
    name: "a key that every object has",
    mail: { toString: 1 },
    says: ['mail.toString: unknown key "toString": known: server, password_file, to, relays.'],
  },
  { name: "a wrong value", mail: { server: 1 }, says: ["mail.server: mail.server must be text"] },
  { name: "nothing", mail: { server: "canary", to: { ops: { address: "canary" } } }, says: [] },
])("a made-up table: $name", ({ mail, says }) => {
  const problems = findProblems({ crm: { a: { url: "sqlite:x" } }, mail }, EnlargedSchema);
  expect(problems.map(({ path, message }) => `${path.join(".")}: ${message}`)).toEqual(says);
});

test("a list for one table hides no mistake in another", () => {
  const problems = findProblems(
    { crm: { a: [], b: { urll: "canary", timeout: "canary" } }, export: { keep: -1 } },
    ConfigSchema,
  );
  expect(problems.map(({ path }) => path.join("."))).toEqual(["crm.a", "crm.b.urll", "export.keep", "crm.b.timeout"]);
});

const everyTable = {
  crm: { a: { rules: { r: {} } } },
  schedule: [{ name: "s", cron: "@daily" }],
};

test.each(["canary", 7, [], new Date(0)].map((value) => ({ value })))(
  "$value is no table, wherever one belongs",
  ({ value }) => {
    const paths = listTables(ConfigSchema, everyTable).flatMap(({ path }) => (path.length === 0 ? [] : [path]));
    expect(paths.map((path) => path.join("."))).toEqual([
      "export",
      "display",
      "calendar",
      "store",
      "serve",
      "schedule.0",
      "defaults",
      "defaults.statuses",
      "defaults.rule_names",
      "defaults.thresholds",
      "crm",
      "crm.a",
      "crm.a.statuses",
      "crm.a.rule_names",
      "crm.a.thresholds",
      "crm.a.rules",
      "crm.a.rules.r",
    ]);
    for (const path of paths) {
      const config = structuredClone(everyTable);
      put(config, path, value);
      expect(findProblems(config, ConfigSchema)).toEqual([{ path, message: `${path.join(".")} must be a table` }]);
    }
  },
);

function put(table: Record<string | number, unknown>, [key = "", ...rest]: (string | number)[], value: unknown): void {
  if (rest.length === 0) table[key] = value;
  else put((table[key] ??= {}) as Record<string, unknown>, rest, value);
}

test("a NUL character is refused wherever a text may stand, without the text", () => {
  const nul = "canary\0";
  const problems = findProblems(
    {
      crm: { a: { url_file: nul } },
      calendar: { holidays: [nul] },
      export: { dir: nul },
      store: { path: nul },
      serve: { listen: `unix:${nul}`, token_file: nul },
    },
    ConfigSchema,
  ).filter(({ message }) => message.endsWith("holds a NUL character: take it out"));
  expect(problems.map(({ path }) => path.join("."))).toEqual([
    "crm.a.url_file",
    "calendar.holidays.0",
    "export.dir",
    "store.path",
    "serve.listen",
    "serve.token_file",
  ]);
  expect(JSON.stringify(problems)).not.toContain("canary");
});
