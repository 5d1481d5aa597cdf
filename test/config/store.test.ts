/** Where reports are kept, as the configuration and the environment say. */
import { expect, test } from "bun:test";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { describeTarget } from "../../src/database/target.ts";

const directory = mkdtempSync(join(tmpdir(), "automation-reports-config-"));
writeFileSync(join(directory, "store-url"), "postgres://u:filed-secret@db:6432/reports\n");
const DAY_MS = 86_400_000;

async function load(store: string, variables: Record<string, string> = {}) {
  const path = join(directory, `${Bun.randomUUIDv7()}.toml`);
  writeFileSync(path, `[crm.a]\nurl = "sqlite:a"\n${store}`);
  return await loadConfig(path, { HOME: "/home/op", ...variables }).catch((error: Error) =>
    error.message.replaceAll(path, "FILE"),
  );
}

test.each([
  {
    name: "nothing is said",
    store: "",
    place: "/home/op/.local/state/automation-reports/reports-KEY.sqlite",
    configured: false,
  },
  {
    name: "an XDG state directory",
    store: "",
    variables: { XDG_STATE_HOME: "/xdg" },
    place: "/xdg/automation-reports/reports-KEY.sqlite",
    configured: false,
  },
  {
    name: "a relative one counts nothing, as its specification says",
    store: "",
    variables: { XDG_STATE_HOME: "xdg" },
    place: "/home/op/.local/state/automation-reports/reports-KEY.sqlite",
    configured: false,
  },
  {
    name: "systemd's directories: the first",
    store: "",
    variables: { STATE_DIRECTORY: "/var/lib/a:/var/lib/b", XDG_STATE_HOME: "/xdg" },
    place: "/var/lib/a/reports-KEY.sqlite",
    configured: true,
  },
  {
    name: "an empty table asks for the default",
    store: "[store]\n",
    place: "/home/op/.local/state/automation-reports/reports-KEY.sqlite",
    configured: true,
  },
  {
    name: "a path beside the configuration wins",
    store: '[store]\npath = "kept/r.sqlite"\n',
    variables: { STATE_DIRECTORY: "/var/lib/a" },
    place: join(directory, "kept/r.sqlite"),
    configured: true,
  },
  { name: "a URL", store: '[store]\nurl = "postgres://u:pw@h/d"\n', place: "h:5432", configured: true },
  { name: "a file with a URL", store: '[store]\nurl_file = "store-url"\n', place: "db:6432", configured: true },
])("$name", async ({ store, variables = {}, place, configured }) => {
  const config = await load(store, variables);
  if (typeof config === "string") throw new Error(config);
  const found = describeTarget(config.store.target).replace(/reports-[0-9a-f]{12}\./, "reports-KEY.");
  expect([found, config.store.configured]).toEqual([place, configured]);
  expect(config.store.retentionMs).toBe(90 * DAY_MS);
});

test("each configuration has a default store of its own, by whatever name it is reached", async () => {
  const [one, other, link] = ["one", "other", "link"].map((name) => join(directory, `${name}.toml`)) as [
    string,
    string,
    string,
  ];
  for (const path of [one, other]) writeFileSync(path, '[crm.a]\nurl = "sqlite:a"\n');
  symlinkSync(one, link);
  const [first, second, again] = await Promise.all(
    [one, other, link].map(async (path) => (await loadConfig(path, { HOME: "/home/op" })).store.target),
  );
  expect(second).not.toEqual(first);
  expect(again).toEqual(first);
});

test("the password of the store is a secret like the others", async () => {
  const config = await load('[store]\nurl_file = "store-url"\nretention = "2d"\n');
  if (typeof config === "string") throw new Error(config);
  expect(config.secrets).toContain("filed-secret");
  expect(config.store.retentionMs).toBe(2 * DAY_MS);
});

test("a group may read a store in a file, whichever way the file is named", async () => {
  for (const store of ["[store]\n", '[store]\npath = "a"\n', '[store]\nurl = "sqlite:a"\n']) {
    const config = await load(`${store}group = "monitoring"\n`);
    if (typeof config === "string") throw new Error(config);
    expect(config.store.group).toBe("monitoring");
  }
});

test.each([
  {
    store: '[store]\npath = "a"\nurl = "sqlite:b"\n',
    says: "FILE:4:1: path is given beside url or url_file: keep one",
  },
  ...[":memory:", "sqlite:a", "file:a?mode=memory"].map((path) => ({
    store: `[store]\npath = "${path}"\n`,
    says: `FILE:4:1: path must be the name of a file, absolute or relative to the configuration, without "${path.slice(0, path.indexOf(":") + 1)}" before it`,
  })),
  { store: '[store]\nurl = "sqlite:a"\nurl_file = "b"\n', says: "FILE:5:1: url and url_file are both given: keep one" },
  {
    store: '[store]\nurl = "http://u:pw@h"\n',
    says: "FILE:4:1: write postgresql://user@host:5432/database or sqlite:PATH",
  },
  {
    store: '[store]\nretention = "1h"\n',
    says: 'FILE:4:1: store.retention must be a duration such as "90d" (1d to 3660d); a bare number is seconds',
  },
  {
    store: '[store]\nurl = "postgres://u@h/d"\ngroup = "monitoring"\n',
    says: "FILE:5:1: group is for an SQLite store: in PostgreSQL, GRANT SELECT ON the tables automation_reports_* instead",
  },
  { store: '[store]\ngroup = "a:b"\n', says: "FILE:4:1: store.group must be a group's name or number" },
  { store: '[store]\npaht = "a"\n', says: 'FILE:4:1: unknown key "paht": did you mean path?' },
  { store: "store = 3\n", says: expect.stringContaining("unknown key") },
])("$store", async ({ store, says }) => expect(await load(store)).toEqual(says));
