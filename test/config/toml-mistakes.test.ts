/** Which mistake makes a file no TOML: told with its line, and without a value. */
import { expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";

const path = join(mkdtempSync(join(tmpdir(), "automation-reports-toml-")), "c.toml");
const CRM = '[crm.a]\nurl = "sqlite:canary"\n';
const CLOSED = "is not closed";

async function explain(content: string | Uint8Array): Promise<string> {
  writeFileSync(path, content);
  try {
    await loadConfig(path, {});
    return "valid";
  } catch (error) {
    return (error as Error).message.replaceAll(path, "FILE");
  }
}

test.each<{ name: string; text: string | Uint8Array; says: string }>([
  {
    name: "a table twice",
    text: `${CRM}[crm.a]\n`,
    says: "FILE:3:6: table [crm.a] is defined twice (first at line 1)",
  },
  {
    name: "a table twice, far apart and indented",
    text: `# x\n[crm.a]\n[crm.b]\n  [crm.a] # again\n`,
    says: "FILE:4:8: table [crm.a] is defined twice (first at line 2)",
  },
  {
    name: "a table in quotes twice",
    text: '[crm."canary"]\n[crm."canary"]\n',
    says: "FILE:2:6: table in quotes is defined",
  },
  {
    name: "a table once as a list",
    text: "[schedule]\n[[schedule]]\n",
    says: "FILE:2:3: table [schedule] is defined twice",
  },
  { name: "a key twice", text: `${CRM}url = "canary"\n`, says: "FILE:3:1: key url is given twice (first at line 2)" },
  {
    name: "a key twice in the second table",
    text: `${CRM}[crm.b]\nurl = "canary"\ntimeout = 5\nurl = "canary"\n`,
    says: "FILE:6:1: key url is given twice (first at line 4)",
  },
  ...["9007199254740992", "9_223_372_036_854_775_807", "0xFFFFFFFFFFFFFFFF", "[1, -99999999999999999]"].map(
    (value) => ({
      name: `a number that is too large: ${value}`,
      text: `${CRM}timeout = ${value}\n`,
      says: "FILE:3:1: key timeout: the number is too large",
    }),
  ),
  {
    name: "a number that is too large, in a table within a line",
    text: `${CRM}thresholds = { min_actions = 9007199254740993 }\n`,
    says: "FILE:3:16: key min_actions: the number is too large",
  },
  {
    name: "a number that is too large, under a key in quotes",
    text: `${CRM}"canary canary" = 9007199254740993\n`,
    says: "FILE:3:1: key in quotes: the number is too large",
  },
  {
    name: "no quote at the end",
    text: '[crm.a]\nurl = "canary\ntimeout = 5\n',
    says: "FILE:2:14: the quotation mark at the end",
  },
  { name: "no quote at the start", text: '[crm.a]\nurl = canary"\n', says: "FILE:2:7: text needs quotes" },
  { name: "no quotes", text: "[crm.a]\nurl = postgres://u:canary@h/d\n", says: "FILE:2:7: text needs quotes" },
  { name: "a variable without quotes", text: "[crm.a]\nurl = ${CANARY}\n", says: "FILE:2:7: text needs quotes" },
  { name: "a duration without quotes", text: `${CRM}timeout = 30s\n`, says: "FILE:3:13: text needs quotes" },
  {
    name: "a cron pattern without quotes",
    text: "[[schedule]]\ncron = 0 7 * * *\n",
    says: "FILE:2:10: text needs quotes",
  },
  { name: "no equals sign", text: '[crm.a]\nurl "canary"\n', says: "FILE:2:5: the equals sign is missing" },
  { name: "a colon", text: '[crm.a]\nurl: "canary"\n', says: "FILE:2:4: a key is followed by =, not by a colon" },
  { name: "no value", text: "[crm.a]\nurl =\ntimeout = 5\n", says: "FILE:2:1: the value is missing" },
  {
    name: "curly quotes",
    text: "[crm.a]\nurl = “canary”\n",
    says: "FILE:2:7: these quotation marks are not plain ones",
  },
  { name: "back ticks", text: "[crm.a]\nurl = `canary`\n", says: "FILE:2:7: these quotation marks are not plain ones" },
  { name: "UTF-16", text: new Uint8Array(Buffer.from(`\ufeff${CRM}`, "utf16le")), says: "FILE: the file is UTF-16" },
  {
    name: "UTF-16 without its mark",
    text: new Uint8Array(Buffer.from(CRM, "utf16le")),
    says: "FILE: the file is UTF-16",
  },
  {
    name: "Latin-1",
    text: new Uint8Array(Buffer.from('[crm.a]\nurl = "canary\n# é\n', "latin1")),
    says: "FILE:3:3: the file is not UTF-8 here",
  },
  {
    name: "Latin-1 in what is else right",
    text: new Uint8Array(Buffer.from('[crm.a]\nurl = "sqlite:canary"\ncrm_source = "F\xfcr"\n', "latin1")),
    says: "FILE:3:16: the file is not UTF-8 here: save it as UTF-8",
  },
  { name: "the sign for what is no letter", text: '[crm.a]\nurl = "sqlite:\ufffd"\n', says: "valid" },
  { name: "a byte order mark", text: `\ufeff${CRM}`, says: "valid" },
  { name: "a mistake behind a byte order mark", text: "\ufeffcanary\n", says: "FILE:2:1: the equals sign is missing" },
  {
    name: "a no-break space",
    text: "[crm.a]\nurl\u00a0= 'canary'\n",
    says: "FILE:2:4: a space stands here that is none in TOML",
  },
  { name: "a no-break space in a text", text: "[crm.a]\nurl = 'sqlite:a\u00a0b'\n", says: "valid" },
  {
    name: "a merge conflict",
    text: "[crm.a]\nurl = 'sqlite:x'\n<<<<<<< HEAD\ntimeout = 1\n=======\ntimeout = 2\n>>>>>>> canary\n",
    says: "FILE:3:1: a merge conflict was left here",
  },
  { name: "two words in a table's name", text: "[crm.canary spot]\n", says: "FILE:1:13: this is no name of a table" },
  { name: "two texts in a table's name", text: '["canary" "b"]\n', says: "FILE:1:11: this is no name of a table" },
  {
    name: "another sign in a table's name",
    text: "[[canary/spot]] # x\n",
    says: "FILE:1:9: this is no name of a table",
  },
  ...[
    [".9", 16],
    ["9.", 18],
    ["90%", 18],
    ["1,000", 17],
    ["10 000", 19],
  ].map(([number, column]) => ({
    name: `${number} for a number`,
    text: `[crm.a]\nsuccess_rate = ${number} # canary\n`,
    says: `FILE:2:${column}: a number has digits on both sides of its point`,
  })),
  {
    name: "a mistake below a first table in quotes",
    text: '["a"]\nurl "canary"\n',
    says: "FILE:2:5: the equals sign is missing",
  },
  { name: "a JSON list of texts", text: '["canary", "b"]\n', says: "FILE:1:1: this is JSON" },
  { name: "JSON", text: '\n{"crm": {"a": {"url": "canary"}}}\n', says: "FILE:2:1: this is JSON" },
  { name: "a JSON list", text: '[\n  {"url": "canary"}\n]\n', says: "FILE:1:1: this is JSON" },
  { name: "YAML", text: "# a comment\ncrm:\n  a:\n    url: canary\n", says: "FILE:2:1: this is YAML" },
  { name: "YAML with its mark", text: "---\ncrm: {}\n", says: "FILE:1:1: this is YAML" },
  {
    name: "a table's bracket",
    text: '[crm.a\nurl = "canary"\n',
    says: `FILE:1:1: the bracket of this table ${CLOSED}`,
  },
  {
    name: "a list's bracket",
    text: `${CRM}[[schedule]\ncron = "canary"\n`,
    says: `FILE:3:1: the bracket of this table ${CLOSED}`,
  },
  {
    name: "a value's bracket",
    text: `${CRM}exclude_rules = ["canary", "b"\ntimeout = 5\n`,
    says: `FILE:3:1: the bracket [ ${CLOSED}: ] is missing`,
  },
  {
    name: "a value's bracket, some lines on",
    text: `${CRM}exclude_rules = [\n  "canary",\n  "b"\ntimeout = 5\n`,
    says: `FILE:3:1: the bracket [ ${CLOSED}: ] is missing`,
  },
  {
    name: "a brace",
    text: `${CRM}statuses = { a = "canary"\n[export]\n`,
    says: `FILE:3:1: the bracket { ${CLOSED}: } is missing`,
  },
  { name: "a comma", text: '[crm.a]\nurl = "canary",\n', says: "FILE:2:15: a line ends without a comma" },
  {
    name: "two keys on a line",
    text: '[crm.a]\nurl = "canary" timeout = 5\n',
    says: "FILE:2:16: something stands behind the value",
  },
  {
    name: "a path of Windows",
    text: '[crm.a]\nurl_file = "C:\\Users\\canary"\n',
    says: "FILE:2:16: a backslash begins an escape",
  },
  { name: "an impossible date", text: `${CRM}timeout = 2026-13-45\n`, says: "FILE:3:20: this is no date" },
  { name: "a date where text belongs", text: `${CRM}table = 2026-07-10\n`, says: "FILE:3:1: crm.a.table must be text" },
  { name: "True", text: `${CRM}[export]\nenabled = True\n`, says: "FILE:4:11: write true or false" },
  { name: "null", text: `${CRM}table = null\n`, says: "FILE:3:9: there is no empty value" },
  { name: "another comment", text: `// canary\n${CRM}`, says: "FILE:1:1: a comment begins with #" },
  { name: "a semicolon", text: `${CRM}; canary\n`, says: "FILE:3:1: a comment begins with #" },
  { name: "a zero in front", text: `${CRM}timeout = 05\n`, says: "FILE:3:11: a number begins with no zero" },
  { name: "tabs", text: CRM.replaceAll(" ", "\t"), says: "valid" },
  {
    name: "a character that is not seen",
    text: '[crm.a]\nurl = "can\u0001ary"\n',
    says: "FILE:2:11: a character stands here that",
  },
  {
    name: "lines of Windows",
    text: `${CRM}timeout = 5s\n`.replaceAll("\n", "\r\n"),
    says: "FILE:3:12: text needs quotes",
  },
])("$name", async ({ text, says }) => {
  const said = await explain(text);
  expect(said).toStartWith(says);
  expect(said.toLowerCase()).not.toContain("canary");
  expect(said).not.toContain("\n");
});
