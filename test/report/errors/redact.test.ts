import { expect, test } from "bun:test";
import { fingerprintError } from "../../../src/report/errors/fingerprint.ts";
import { maskErrorMessage } from "../../../src/report/errors/redact.ts";

test.each([
  { message: "phone: 555 9871 04", line: "phone: ***" },
  { message: "phone=(555) 9871-04 is taken", line: "phone=*** is taken" },
  { message: "mobile: +49 170 12 34", line: "mobile: ***" },
  { message: "Phone number: 555 98 71", line: "Phone number: ***" },
  { message: "work_phone: 5559 871", line: "work_phone: ***" },
  { message: "Telefon: 555 98 71", line: "Telefon: ***" },
  { message: "tel: 555 9871", line: "tel: ***" },
  { message: "birth_date: 10 July 1980", line: "birth_date: ***" },
  { message: "full_name: Anna Maria Schmidt is taken", line: "full_name: *** is taken" },
  { message: "phone column has 2026-07-10", line: "phone column has 2026-07-10" },
  { message: "telephone 404", line: "telephone 404" },
])("a value behind a blank: $message", ({ message, line }) => {
  expect(maskErrorMessage(message)).toBe(line);
});

test.each([
  { from: "HTTP 429\n Too   Many\tRequests ", to: "HTTP 429 Too Many Requests" },
  { from: "connect postgres://u:canary@h/d failed", to: "connect postgres://***@h/d failed" },
  { from: "Authorization: Bearer canary-12345", to: "Authorization: ***" },
  { from: "used Bearer canary-12345.", to: "used Bearer ***" },
  { from: '{"api_key": "canary", "x": 1}', to: '{"api_key": ***, "x": 1}' },
  { from: "access_token=canary&y=1", to: "access_token=***&y=1" },
  { from: "jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIx.canary", to: "jwt ***" },
  { from: "no contact canary.person@mail.example.com", to: "no contact ***@***" },
  { from: "Authorization: Token canary9944", to: "Authorization: ***" },
  { from: 'password: "correct horse canary"', to: "password: ***" },
  { from: "pwd=canary", to: "pwd=***" },
  { from: '{"pwd":"canary"}', to: '{"pwd":***}' },
  { from: "password is canary", to: "password is ***" },
  { from: "token pat-na1-canary has no scope", to: "token *** has no scope" },
  { from: "GET /x?key=AIzacanary failed", to: "GET /x?key=*** failed" },
  { from: "Cookie: sessionid=canary", to: "Cookie: ***" },
  { from: "postgres://u:canary@ss@localhost/db", to: "postgres://***@localhost/db" },
  { from: "ungültige Eingabesyntax für Typ integer: »canary«", to: "ungültige Eingabesyntax für Typ integer: ***" },
  { from: "syntaxe en entrée invalide : « canary »", to: "syntaxe en entrée invalide : ***" },
  { from: "la relation « contacts » n'existe pas", to: "la relation « contacts » n'existe pas" },
  { from: "token expired", to: "token expired" },
  { from: "Token is invalid", to: "Token is invalid" },
  { from: "INVALID_SESSION_ID: Session expired or invalid", to: "INVALID_SESSION_ID: Session expired or invalid" },
  {
    from: 'FATAL:  password authentication failed for user "etl"',
    to: 'FATAL: password authentication failed for user "etl"',
  },
  {
    from: 'duplicate key value violates unique constraint "c_key"\nDETAIL:  Key (email)=(Canary (Jr)) already exists.',
    to: 'duplicate key value violates unique constraint "c_key" DETAIL: Key (email)=(***) already exists.',
  },
  {
    from: "null value\nDETAIL:  Failing row contains (1, Can\nary (x), null).\nCONTEXT:  SQL function",
    to: "null value DETAIL: Failing row contains (***) CONTEXT: SQL function",
  },
  {
    from: "Duplicate entry 'canary' for key 'contacts.email'",
    to: "Duplicate entry *** for key 'contacts.email'",
  },
  {
    from: "GET https://api.hubapi.com/crm/v3/objects/contacts/batch/read",
    to: "GET https://api.hubapi.com/crm/v3/objects/contacts/batch/read",
  },
  {
    from: "at 2026-07-10 21:00:00.123 from 192.168.100.200:5432",
    to: "at 2026-07-10 21:00:00.123 from 192.168.100.200:5432",
  },
  { from: "request 550e8400-e29b-41d4-a716-446655440000", to: "request <uuid>" },
  { from: "called +49 30 1234567 twice", to: "called # twice" },
  {
    from: 'Traceback (most recent call last):\n  File "/app/x.py", line 12, in main\n    run(12)\nValueError: bad',
    to: "ValueError: bad",
  },
  { from: "   ", to: null },
  { from: null, to: null },
])("$from", ({ from, to }) => {
  expect(maskErrorMessage(from)).toBe(to);
});

test("a long message is cut, never within a character", () => {
  expect(maskErrorMessage("x".repeat(250_000))).toBe(`${"x".repeat(299)}…`);
  expect(maskErrorMessage(`${"x".repeat(298)}🤖🚀`)).toBe(`${"x".repeat(298)}…`);
});

test("a secret that is cut off at the end of what is read is not shown", () => {
  const long = `Failing row contains (${"x, ".repeat(250)})\nHINT: `;
  for (let cut = 0; cut < 60; cut++) {
    const start = `${long}see${" ".repeat(1000 - long.length - 3 - cut)}`;
    expect(maskErrorMessage(`${start}jane.canary@example.com is wrong`)).not.toContain("canary");
    expect(maskErrorMessage(`${start}postgres://u:canary@h/d is wrong`)).not.toContain("canary");
  }
});

const KEY = "q7Rk2Zp9Lx4Vb8Nc1Ty6Wm3Hd5Jf0Gs";

/** Nothing of `hidden` is in what is shown. */
test.each([
  { message: "mail jane.canary@canary.example", hidden: ["canary"] },
  { message: "GET /contacts?email=jane%40canary.example", hidden: ["canary", "jane"] },
  { message: "contact josé.canary@bücher.example", hidden: ["canary", "josé", "bücher"] },
  { message: `used ${KEY}`, hidden: [KEY.slice(0, 8), KEY.slice(-8)] },
  { message: "used wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY", hidden: ["wJalr", "MDENG", "bPxRfi"] },
  { message: "used 9f86d081884c7d659a2feaa0c55ad015", hidden: ["9f86", "d015"] },
  { message: "used pat-na1-12345678-abcd-canary and pat-eu1-canary", hidden: ["canary", "abcd"] },
  { message: "used AKIACANARY1234567890", hidden: ["CANARY"] },
  { message: "used ya29.canary-_x", hidden: ["canary"] },
  { message: "used xoxb-1234-canary", hidden: ["canary", "1234"] },
  { message: "used ghp_canary1234 and github_pat_canary", hidden: ["canary"] },
  { message: "used eyJhbGciOiJIUzI1.eyJzdWIiOiIx.canary-_x", hidden: ["canary", "eyJ"] },
  { message: "used sk_live_canary123 AIzacanary12345 GOCSPX-canary", hidden: ["canary"] },
  { message: "session 00D5g00000XXXX!AQcanary.x_y", hidden: ["canary"] },
  { message: "POST https://hooks.slack.com/services/T1/B2/canary", hidden: ["canary"] },
  { message: "https://u:canary@api.example.com/x", hidden: ["canary"] },
  { message: "postgresql://u:can/ary@canary@h/d", hidden: ["can/", "ary"] },
  { message: "connect root:canary@db failed", hidden: ["canary"] },
  { message: "password=canary,x&y'z host=db", hidden: ["canary", ",x", "y'z"] },
  { message: "host=db password='can ary' port=1", hidden: ["can ary", "ary"] },
  { message: "Server=h;Pwd=canary;Uid=x", hidden: ["canary"] },
  { message: "https://h/x?access_token=canary&sig=canary2&code=canary3&a=1", hidden: ["canary"] },
  { message: "callback?x=1&access_token%3Dcanary", hidden: ["canary"] },
  { message: "https://h/x?hapikey=canary", hidden: ["canary"] },
  { message: '{"client_secret": "can\\"ary canary", "x": 1}', hidden: ["can", "ary"] },
  { message: '{"body": "{\\"access_token\\":\\"canary\\",\\"x\\":1}"}', hidden: ["canary"] },
  { message: "{'Authorization': 'Bearer canary'}", hidden: ["canary"] },
  { message: "{'Authorization': 'Digest username=\"canary\", response=\"canary\"'}", hidden: ["canary"] },
  { message: 'Authorization: Digest username="can ary", response="canary"', hidden: ["ary"] },
  {
    message: "Authorization: AWS4-HMAC-SHA256 Credential=canary/x, SignedHeaders=h, Signature=canary",
    hidden: ["canary"],
  },
  { message: "[('Authorization', 'Basic Y2FuYXJ5'), ('password', 'canary')]", hidden: ["canary", "Y2Fu"] },
  { message: "sent Basic Y2FuYXJ5OnBhc3M= and basic dXNlcjpwYXNz", hidden: ["Y2Fu", "dXNl"] },
  { message: "Bearer canary was refused", hidden: ["canary"] },
  { message: "Set-Cookie: a=b; session=canary; Path=/", hidden: ["canary"] },
  { message: "os.environ['DB_PASSWORD']='canary'", hidden: ["canary"] },
  { message: "<password>canary</password>", hidden: ["canary"] },
  { message: "psql --password canary -h db", hidden: ["canary"] },
  { message: `${"a_".repeat(40)}password=canary`, hidden: ["canary"] },
  { message: "-----BEGIN RSA PRIVATE KEY-----\ncanary\nabc", hidden: ["canary", "abc"] },
  { message: "phone 030 1234567", hidden: ["1234567"] },
  { message: "phone (555) 123-4567 or 5551234568", hidden: ["4567", "4568"] },
  { message: "phone +15551234567, 01.23.45.67.89", hidden: ["555", "67.89"] },
  { message: "card 4111 1111 1111 1111 or 4111111111111112", hidden: ["1111"] },
  { message: "at 2026-07-10 5551234567", hidden: ["5551234567"] },
  { message: '{"firstname": "Canary", "phone": "12345"}', hidden: ["Canary", "12345"] },
  { message: "Schlüssel »(email)=(canary)« existiert bereits", hidden: ["canary"] },
  { message: "Key (room, at)=(canary, 2) conflicts with existing key (room, at)=(canary2, 3).", hidden: ["canary"] },
  { message: 'invalid input syntax for type integer: "canary"', hidden: ["canary"] },
  { message: 'CONTEXT:  COPY contacts, line 3, column email: "canary"', hidden: ["canary"] },
  { message: "LINE 1: INSERT INTO x VALUES ('canary')", hidden: ["canary"] },
  {
    message: "[SQL: INSERT INTO x VALUES (%s)]\n[parameters: {'a': 'canary'}]\n(Background on this error)",
    hidden: ["canary"],
  },
  { message: "“canary” value must be an integer.", hidden: ["canary"] },
  { message: "Field 'id' expected a number but got 'canary'.", hidden: ["canary"] },
])("$message hides $hidden", ({ message, hidden }) => {
  const wrapped = [message, `x ${message} y`, JSON.stringify({ message, x: 1 }), JSON.stringify([`(${message})`])];
  const shown = JSON.stringify(wrapped.map((each) => [fingerprintError(each), maskErrorMessage(each)]));
  expect(hidden.filter((secret) => shown.includes(secret))).toEqual([]);
});
