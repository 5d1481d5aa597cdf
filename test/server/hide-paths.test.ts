/** No path of this machine is in an answer, not even a part of one. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { hidePaths } from "../../src/server/hide-paths.ts";
import { freshDirectory } from "../making/cli.ts";

const directory = freshDirectory();
const path = join(directory, "automation-reports.toml");
writeFileSync(path, '[crm.a]\nurl = "sqlite:warehouse.sqlite"\n', { mode: 0o600 });
const hide = hidePaths(await loadConfig(path, {}));

test.each([
  {
    name: "a whole one",
    text: `${directory}/warehouse.sqlite: no such table`,
    shown: "warehouse.sqlite: no such table",
  },
  { name: "one that was cut in its name", text: `looked in ${directory}/wareh…; a`, shown: "looked in wareh…; a" },
  { name: "one that was cut in its folder", text: `looked in ${directory.slice(0, -2)}…`, shown: "looked in …" },
  { name: "in JSON", text: `{"a":"${directory}/wareh…"}`, shown: '{"a":"wareh…"}' },
  {
    name: "what only looks like one",
    text: "deals and/or… https://crm.example/wareh…",
    shown: "deals and/or… https://crm.example/wareh…",
  },
])("$name", ({ text, shown }) => {
  expect(hide(text)).toBe(shown);
});
