import { expect, test } from "bun:test";
import { fingerprintError } from "../../../src/report/errors/fingerprint.ts";
import { maskErrorMessage } from "../../../src/report/errors/redact.ts";

test.each([
  {
    message: "HTTPSConnectionPool(host='api.hubapi.com', port=443): Read timed out. (read timeout=30)",
    key: "HTTPSConnectionPool(host=<value>, port=#): Read timed out. (read timeout=#)",
  },
  {
    message: "429 Client Error: Too Many Requests for url: https://api.hubapi.com/crm/v3/objects/contacts/123?after=5",
    key: "429 Client Error: Too Many Requests for url: https://<host>/crm/v3/objects/contacts/#",
  },
  {
    message: 'duplicate key value violates unique constraint "c"\nDETAIL:  Key (email)=(a@b.c) already exists.',
    key: "duplicate key value violates unique constraint <value> DETAIL: Key (email)=(<value>) already exists.",
  },
  {
    message: "could not connect to db.example.com:5432 (10.0.0.5:5432, fe80::1:2:3): Connection refused",
    key: "could not connect to <host> (<host>, <host>): Connection refused",
  },
  {
    message: "Cleaned up at 2026-07-10T21:00:00Z after 24 hours, 1.5s late, since 10 Jul 2026 21:00",
    key: "Cleaned up at <time> after <time>, <time> late, since <time>",
  },
  {
    message: '{"status":"error","message":"Contact 5 is gone","correlationId":"550e8400-e29b-41d4-a716-446655440000"}',
    key: "Contact # is gone",
  },
  {
    message: "(Caused by NewConnectionError('<HTTPSConnection object at 0x7f12ab34>: [Errno 111] Connection refused'))",
    key: "(Caused by NewConnectionError(<HTTPSConnection object at <value>>: [Errno 111] Connection refused))",
  },
  { message: "missing ids [1, 2, 3] of ['a', 'b']", key: "missing ids [#] of [<value>]" },
  {
    message: "Record 0035g00000ABcdEAAT doesn't belong to contact_12",
    key: "Record <value> doesn't belong to contact_#",
  },
  { message: "request 550e8400-e29b-41d4-a716-446655440000", key: "request <uuid>" },
  { message: " \n ", key: "(no message)" },
])("$message is $key", ({ message, key }) => {
  expect(fingerprintError(message).key).toBe(key);
});

test.each([
  ["Batch 3 of 50 failed after 2.5 s", "Batch 12 of 7 failed after 31 s"],
  ["Read timed out. (read timeout=30)", "Read timed out. (read timeout=5)"],
  ["Contact 4711 of jane@example.com is gone", "Contact 15551234567 of j.doe@mail.example.org is gone"],
  ["GET https://eu1.example.com/v1/contacts/1?a=1 failed", "GET https://na1.example.org/v1/contacts/22 failed"],
  ["no route to 10.0.0.1", "no route to db-2.internal"],
  ["seen at 2026-07-10 21:00:00", "seen at 2026-07-11T03:12:45.123+02:00"],
  ["request 550e8400-e29b-41d4-a716-446655440000 failed", "request 123e4567-e89b-12d3-a456-426614174000 failed"],
  ["object at 0x7f12ab34cd56", "object at 0x7f99ffffcd00"],
  ['value "a b" refused', "value 'c' refused"],
  ["commit 9f86d081884c7d65", "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"],
  ["token=abc expired", "token=def123 expired"],
  ["(4711, 'Jane Roe')", "(4712, 'John Doe')"],
  ["KeyError: 'Jane Roe Smith'", "KeyError: 'John Doe Smith'"],
  ["contact 'Jane' was not found", "contact 'John' was not found"],
  ["Duplicate entry 'a' for key 'contacts.email'", "Duplicate entry 'b' for key 'contacts.email'"],
  ['relation "tmp_8f3a2b9c1d" does not exist', 'relation "tmp_9a1b2c3d4e" does not exist'],
  ['relation "events_20260709" does not exist', 'relation "events_20260710" does not exist'],
  ["KeyError: 'hs_date_entered_1234567'", "KeyError: 'hs_date_entered_7654321'"],
  ["1 row failed, 1 error", "12 rows failed, 3 errors"],
  ["stopped after 1h30m", "stopped after 45m"],
  ["transaction 0x1A2B3C was aborted", "transaction 0xFFEEDD was aborted"],
  ["build 3f2a1bc failed", "build 9e8d7cd failed"],
  ["after=NTI1Cg%3D%3D is invalid", "after=MTA1Cg%3D%3D is invalid"],
  ["request id: aXbYcZdW failed", "request id: qRsTuVwX failed"],
  ["code 404 rows", "code 500 rows"],
  ["(1062, \"Duplicate entry 'a' for key 'k'\")", "(1062, \"Duplicate entry 'b' for key 'k'\")"],
])("%s is like %s", (one, other) => {
  expect(fingerprintError(other).key).toBe(fingerprintError(one).key);
});

test.each([
  ["HTTP 500", "HTTP 502"],
  ["the page returned 404", "the page returned 500"],
  ["Response code: 404", "Response code: 500"],
  ["The remote server returned an error: (404)", "The remote server returned an error: (500)"],
  ["it exited with code 1", "it exited with code 137"],
  ["terminated by signal 9", "terminated by signal 11"],
  ["Error 1045 (28000)", "Error 1062 (23000)"],
  ["[WinError 5] x", "[WinError 10061] x"],
  ["COM failed: 0x80004005", "COM failed: 0x80040154"],
  ["(#190) refused", "(#4) refused"],
  ["400 Client Error: Bad Request", "404 Client Error: Not Found"],
  ["[Errno 110] x", "[Errno 111] x"],
  ["GET /crm/v3/contacts failed", "GET /crm/v3/deals failed"],
  ['{"message":"Contact is gone"}', '{"message":"Contact is locked"}'],
  ["{'message': 'gone', 'errorCode': 'NOT_FOUND'}", "{'message': 'gone', 'errorCode': 'ENTITY_IS_DELETED'}"],
  ["X(Caused by E(ValueError('bad date')))", "X(Caused by E(ValueError('bad number')))"],
  ['column "deal_stage" of relation "deals" does not exist', 'column "owner_id" of relation "deals" does not exist'],
  ['column "region" of relation "deals" does not exist', 'column "region" of relation "accounts" does not exist'],
  ["KeyError: 'owner_id'", "KeyError: 'stage'"],
  ["No module named 'pandas'", "No module named 'yaml'"],
  ["Error: Cannot find module 'lodash'", "Error: Cannot find module 'axios'"],
  ["'NoneType' object has no attribute 'get'", "'NoneType' object has no attribute 'items'"],
  ["Cannot read properties of undefined (reading 'stage')", "Cannot read properties of undefined (reading 'owner')"],
  ['Unknown field name: "Deal Stage"', 'Unknown field name: "Deal Owner"'],
  ["Could not find stored procedure 'dbo.upsert_deals'.", "Could not find stored procedure 'dbo.upsert_contacts'."],
  ["'owner_id' is a required property", "'stage' is a required property"],
  ["f() missing 1 required positional argument: 'owner'", "f() missing 1 required positional argument: 'stage'"],
  ["NameError: name 'owner' is not defined", "NameError: name 'stage' is not defined"],
  ['cannot insert NULL into ("CRM"."C"."EMAIL")', 'cannot insert NULL into ("CRM"."C"."NAME")'],
  ["Table 'crm.deals' doesn't exist", "Table 'crm.owners' doesn't exist"],
  ['missing key "results" in response', 'missing key "paging" in response'],
  ["sync failed: error code 1205", "sync failed: error code 1213"],
  ["job failed: exit code 1", "job failed: exit code 137"],
  ["['Error', 'the page is gone']", "['Error', 'the page is locked']"],
  ["OperationalError: ('FATAL: too many connections',)", "OperationalError: ('FATAL: the server starts up',)"],
  ["Error: ('Lost connection to the server', 2013)", "Error: ('Lost the rows of batch', 2013)"],
  [`KeyError: "Column not found: 'stage'"`, `KeyError: "Column not found: 'owner'"`],
  ['sheet "Deals" not found', 'sheet "Owners" not found'],
  ["('stage' was unexpected)", "('owner' was unexpected)"],
  ["000604 (57014): stopped", "000630 (57014): stopped"],
  ["load failed: ORA-01555", "load failed: ORA-01652"],
  ["(1205, 'Lock wait timeout exceeded; try again')", "(1213, 'Lock wait timeout exceeded; try again')"],
  [
    "('42000', '[42000] [SQL Server]The log is full (9002)')",
    "('42000', '[42000] [SQL Server]The login failed (4060)')",
  ],
  ["Error: ('Error', 'the page is gone')", "Error: ('Error', 'the page is locked')"],
  ["Traceback (most recent call last):\n  x\nValueError: a", "Traceback (most recent call last):\n  x\nValueError: b"],
])("%s is not like %s", (one, other) => {
  expect(fingerprintError(other).key).not.toBe(fingerprintError(one).key);
});

test("the example is the message as it may be shown, the key is short", () => {
  const message = `Contact jane@example.com is gone ${"for ever ".repeat(100)}`;
  const { key, example } = fingerprintError(message);
  expect(example).toBe(maskErrorMessage(message));
  expect(key).toHaveLength(200);
});

const HOSTILE = [
  ..."x1.-_ @:/\"'`“\\(=%+#,;&*[{<".split(""),
  ...'password token= key (a)=( bearer token:" authorization: cookie Basic a:// http:// /a a@ a@b. %40 a%40b %3D is &a= ?a='.split(
    " ",
  ),
  "-----BEGIN RSA PRIVATE KEY-----",
  "-----BEGIN ",
  "failing row contains (",
  "COPY a",
  "VALUES ",
  "[parameters: ",
  "invalid input syntax for ",
  "but got '",
  "LINE 1: ",
  "token ",
  "token: ",
  "--token ",
  "password is ",
  '\\"',
  'password=\\"',
  "eyJabcdefgh.",
  "aB1",
  "1 ",
  "1.1",
  "a1:",
  "1:",
  "a.com",
  "1 Jan ",
  "HTTP 4",
  '"message": ',
  '"message": "',
  "Error('",
  "connection to ",
  'column "a',
  "invalid ",
  "token has ",
  "exceeded your ",
  "400 ",
  "error 400 a",
  "\n",
  "\r\n ",
  "Traceback (most recent call last):\n ",
  "🤖",
  "a_key:",
  "pass: ",
  "password",
  "пароль: ",
  "%22password%22%3A%22",
  "&quot;",
  "auth=('a', ",
  "connect('a','b',",
  "('a','b')",
  "-p ",
  "-u a -p b ",
  "mysql -pa ",
  "--pass a ",
  "a/b@",
  "a:1:b:c:",
  "login a password ",
  "code is ",
  "name='token',value='",
  "$a$b",
  "-----END PGP MESSAGE-----",
  '"a"@',
  "\u200b",
  '  File "a", line 1\n',
  'File "a", line 1 ',
  "    at a (b:1:2)\n",
  "Caused by: \n",
  "x.rb:1:in `a': ",
  "goroutine 1 [\n",
  "\n…\n",
  '{"message":',
  '{"a":[',
  "<title>",
  "<h1 ",
  "ENV A_KEY a ",
  "setx a",
  "setx /a ",
  "<Error>",
  "<Error><a>b</a>",
  "</Error>",
  "column 'a",
  "column 'a' ",
  "keyerror: '",
  "Error: ('a', '",
  "('42000', '",
  "SQLSTATE[42000] ",
  "ORA-00001 ",
  "curl: (",
  "(1045) SQLExec ",
  "250001 (08001) ",
  "do not have ",
  "api key a ",
  "table 'a' does not exist ",
  "Max retries exceeded with url: a (Caused by ",
  "Original exception was: ",
  "most recent failure: Lost task 1 in stage 1 (a): ",
  "Error while reading data, error message: reason: a, message: ",
  "(403)\nReason: a\nHTTP response headers: ",
  "\u001b[31m",
  "\\x1b]8;;a",
  "[0m",
  "Caused by:\n  0: a\n",
  "At a:1 char:1\n",
  "https://aB1/aB1/",
  "set value='a' where ",
  "isql a ",
  "AUTH a ",
  "SETUSER a ",
  "openrowset('a',",
  "<name>password</name><value>",
  "password changed from 'a' to ",
  "login a:",
  "after=a ",
  "request id: a",
  "code 404 ",
  "1h1m",
  "# as ",
  '<a of RPC that terminated with:\n status = StatusCode.A\n details = "a',
  "(<_InactiveRpcError errors {\n error_code {\n a: b }\n",
  '{"loc":["a",',
  "Fri, 10-Jul-26 ",
  "Fri Jul 10 ",
  ": «",
  "Error(400, 'a', ",
  "verletzt ",
  "table no ",
  "identified with a ",
  "<token><token a",
  "</td><td>",
  "message=''",
  "-2b2b2b2b-2b2b2",
];

test("no message takes long, whatever is repeated in it", () => {
  const spent = HOSTILE.map((part) => {
    const message = part.repeat(1000 / part.length);
    return { part, ms: Math.min(...Array.from({ length: 40 }, () => measure(message))) };
  });
  const usual = spent.map(({ ms }) => ms).toSorted((a, b) => a - b)[Math.floor(spent.length / 2)] ?? 0;
  expect(spent.filter(({ ms }) => ms > 20 * usual)).toEqual([]);
});

function measure(message: string): number {
  const start = performance.now();
  fingerprintError(message);
  return performance.now() - start;
}

test("a message of 250 kB costs what its first 1,000 characters cost", () => {
  const long = 'Key (email)=(a@b.c) "x" https://h/x?token=1 '.repeat(6000);
  expect(fingerprintError(long)).toEqual(fingerprintError(long.slice(0, 1200)));
});
