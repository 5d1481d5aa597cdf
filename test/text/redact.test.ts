import { expect, test } from "bun:test";
import { createLooseRedactor, createRedactor } from "../../src/text/redact.ts";

test("a secret is found as it is, percent-encoded, in base64 and in JSON", () => {
  const secret = 'p@ss"w/rd';
  const text = [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
    JSON.stringify(secret),
  ].join(" ");
  expect(createRedactor([secret, "x"])(`x ${text}`)).toBe('x *** *** *** "***"');
});

test.each([
  { name: "of three characters", secrets: ["abc"], text: "abc abd", clean: "*** abd" },
  { name: "of two characters it would be found everywhere", secrets: ["ab"], text: "ab", clean: "ab" },
  { name: "that begins like another", secrets: ["abc", "abcdef"], text: "abcdef abc", clean: "*** ***" },
])("a secret $name", ({ secrets, text, clean }) => {
  expect(createRedactor([...secrets])(text)).toBe(clean);
});

test.each([
  { name: "as it is", text: "it is Geheim+1!", clean: "it is ***!" },
  { name: "in capitals", text: "it is GEHEIM+1!", clean: "it is ***!" },
  { name: "backwards", text: "it is 1+miehEG!", clean: "it is ***!" },
  { name: "percent-encoded", text: "it is Geheim%2B1!", clean: "it is ***!" },
  { name: "not at all", text: "it is Geheim1!", clean: "it is Geheim1!" },
])("a password in a server's words, $name", ({ text, clean }) => {
  expect(createLooseRedactor("Geheim+1")(text)).toBe(clean);
});

test("no password, and a very short one, is looked for nowhere", () => {
  expect(["", "ab"].map((password) => createLooseRedactor(password)("AB ba"))).toEqual(["AB ba", "AB ba"]);
});

test.each([
  { name: "a URL", text: "postgresql://reports:reports@h/d", clean: "postgresql://reports:***@h/d" },
  { name: "a variable", text: "PGPASSWORD=reports psql", clean: "PGPASSWORD=*** psql" },
  { name: "a setting", text: 'sslpassword = "reports"', clean: 'sslpassword = "***"' },
  { name: "JSON", text: '{"password":"reports"}', clean: '{"password":"***"}' },
  {
    name: "JSON in JSON",
    text: String.raw`"{\"password\": \"reports\"}"`,
    clean: String.raw`"{\"password\": \"***\"}"`,
  },
  { name: "base64", text: "Basic cmVwb3J0cw==", clean: "Basic ***" },
  { name: "a command", text: "systemctl enable automation-reports-daily.timer", clean: null },
  { name: "a path", text: "store=/srv/reports/store.sqlite", clean: null },
  { name: "a name", text: "slot started schedule=reports", clean: null },
  { name: "a sentence", text: "the password reports nothing", clean: null },
])("a secret that is a word is masked as a value only: in $name", ({ text, clean }) => {
  expect(createRedactor([{ word: "reports" }, { word: "report" }])(text)).toBe(clean ?? text);
});
