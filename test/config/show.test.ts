/** What `config show` prints can be read again, and then means the same. */
import { expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDocument } from "../../src/config/document.ts";
import { loadConfig } from "../../src/config/load.ts";
import { listSecretFiles } from "../../src/config/secret-files.ts";
import { listSettings } from "../../src/config/show.ts";
import { writeSettings } from "../../src/config/write-settings.ts";
import { EnlargedSchema } from "../making/enlarged-schema.ts";

const directory = mkdtempSync(join(tmpdir(), "automation-reports-shown-"));
const path = join(directory, "config.toml");
writeFileSync(join(directory, "a-url"), "sqlite:filed.sqlite\n");

const variables = { HOME: "/home/op", DIR: "kept", ODD: "${DIR} $$ costs $5" };

test.each([
  { name: "the smallest", text: '[crm.a]\nurl = "sqlite:x"\n' },
  {
    name: "names that need quotes, words, tables within tables",
    text: `[crm.a]
url = "sqlite:x"
preset = "sync-history"
table = "runs"
rules_table = "plan"
exclude_rules = ["scratch", "it's \\"quoted\\"", 'back\\slash']
wrapper_rules = []
statuses = { "on hold" = "skipped", done = "success" }
rule_names = { "Genius Quote" = "offers", "a.b" = "c" }
[crm.a.rules."deals and 'more'"]
expect = "0 */4 * * *"
warn_after = "5h"
[crm.a.rules.'a "b".c']
stale_after = 600
[crm.a.rules.untouched]
[crm.a.rules.""]
[crm.a.thresholds]
failed_actions = inf
success_rate = 1e-7
`,
  },
  {
    name: "several schedules",
    text: `concurrency = 7
[export]
enabled = true
dir = "\${DIR}/exports"
keep = 3
[crm.a]
url = "sqlite:x"
[crm.b]
url = "sqlite:y"
[[schedule]]
name = "morning"
cron = ["0 7 * * 1-5", "@weekly"]
timezone = "Europe/Berlin"
crms = ["b"]
time_window = "90m"
detailed = false
export = false
catch_up = "none"
deadline = "5m"
retries = 0
fail_on = "warning"
[[schedule]]
name = "evening"
cron = "@daily"
`,
  },
  { name: "no schedule at all", text: 'schedule = []\n[crm.a]\nurl = "sqlite:x"\n' },
  { name: "an empty store", text: '[store]\n[crm.a]\nurl = "sqlite:x"\n' },
  { name: "a store", text: '[store]\npath = "${DIR}/r.sqlite"\nretention = "2d"\n[crm.a]\nurl = "sqlite:x"\n' },
  {
    name: "defaults that hold, are replaced, are laid over, and are hidden",
    text: `[defaults]
url_file = "a-url"
timeout = "10s"
statuses = { ok = "success", meh = "partial" }
thresholds = { min_actions = 5, success_rate = 0.9 }
rule_names = { x = "y" }
[crm.a]
timeout = 2.5
statuses = { meh = "failed" }
thresholds = { min_actions = 7 }
[crm.b]
url = "sqlite:b"
crm_source = "B"
rule_names = { z = "y" }
`,
  },
  {
    name: "dollar signs, and what acts on a terminal",
    text: `[crm.a]
url = "sqlite:\${ODD}"
exclude_rules = ["$\${DIR}", "$$", "$5", "\\u202egnp\\u202c", "tab\\tbell\\u0007", "\\u007f\\u0085\\u2028", "\\U000E0041"]
rule_names = { "\\u202e$\${DIR}" = "x" }
[crm.a.rules."$\${DIR}\\u200b"]
`,
  },
])("$name", async ({ text }) => {
  const before = await loadText(text);
  const shown = await showText(text);
  expect(shown).not.toMatch(/[\p{Cf}\p{Zl}\p{Co}]|[^\P{Cc}\n]/u);
  expect(await loadText(shown)).toEqual(before);
  // And nothing but the places that are named has changed.
  expect(withoutComments(await showText(shown))).toBe(withoutComments(shown));
});

test("a table that is new in the schema is listed and its secret files are found", async () => {
  const raw = {
    crm: { a: { url: "sqlite:x", url_file: "/etc/x/url", note_file: "not a key" } },
    mail: { password_file: "mail", to: { "the ops": { address: "a@b" } }, relays: [{ host: "h", key_file: "keys/h" }] },
  };
  const settings = await listSettings({ path, text: "", written: raw, raw }, EnlargedSchema);
  expect(
    settings.filter(({ path }) => path[0] === "mail").map(({ path, value, origin }) => [path, value, origin]),
  ).toEqual([
    [["mail", "server"], "localhost", "built-in"],
    [["mail", "password_file"], "mail", "file"],
    [["mail", "to", "the ops", "address"], "a@b", "file"],
    [["mail", "relays", 0, "host"], "h", "file"],
    [["mail", "relays", 0, "key_file"], "keys/h", "file"],
  ]);
  expect(writeSettings(settings, raw, () => null)).toContain(
    '[mail.to."the ops"]\naddress = "a@b"                              # line ?\n\n[[mail.relays]]\nhost = "h"',
  );
  expect(listSecretFiles({ path: "/c/config.toml", raw }, EnlargedSchema)).toEqual([
    { name: "etc_x_url", path: "/etc/x/url" },
    { name: "mail", path: "/c/mail" },
    { name: "keys_h", path: "/c/keys/h" },
  ]);
});

async function loadText(text: string) {
  writeFileSync(path, text);
  return await loadConfig(path, variables);
}

async function showText(text: string): Promise<string> {
  writeFileSync(path, text);
  const document = await readDocument(path, variables);
  return writeSettings(await listSettings(document), document.raw, () => null);
}

function withoutComments(shown: string): string {
  return shown.replaceAll(/ +# (?:built-in|line \d+|\[defaults\], line \d+)(?:, \$\w+)*$/gm, "");
}
