/** Sentences of clients that are longer than what they wrap: the cause is told, and decides which messages are alike. */
import { describe, expect, test } from "bun:test";
import { fingerprintError } from "../../../src/report/errors/fingerprint.ts";
import { maskErrorMessage } from "../../../src/report/errors/redact.ts";

const pool = (path: string, caused: string) =>
  `requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.crm.example', port=443): Max retries exceeded with url: ${path} (Caused by ${caused})`;
const at = (address: string) => `<urllib3.connection.HTTPSConnection object at 0x${address}>`;
const headers = (more = "") =>
  `HTTP response headers: HTTPHeaderDict({'Date': 'Fri, 10 Jul 2026 20:00:00 GMT', 'CF-Ray': '8a1b2c3d4e5f6789-FRA'${more}})`;
const refused =
  '{"status":"error","message":"The app has not all required scopes","correlationId":"550e8400-e29b-41d4-a716-446655440000","category":"MISSING_SCOPES"}';

test.each([
  {
    name: "urllib3: no connection",
    message: pool("/v3/deals?after=5", `NewConnectionError('${at("7f8a1c")}: Failed to connect: [Errno 111] refused')`),
    shown:
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.crm.example', port=443): NewConnectionError('Failed to connect: [Errno 111] refused')",
  },
  {
    name: "urllib3: a timeout",
    message: pool("/v3", `ConnectTimeoutError(${at("7f8a1c")}, 'Connection timed out. (connect timeout=5)')`),
    shown:
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.crm.example', port=443): ConnectTimeoutError('Connection timed out. (connect timeout=5)')",
  },
  {
    name: "urllib3: what the server answered, with the place",
    message: pool("/v3/deals", "ResponseError('too many 503 error responses')"),
    shown:
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.crm.example', port=443): too many 503 error responses for url: /v3/deals",
  },
  {
    name: "urllib3: a text that is cut off",
    message: pool("/v3", `NewConnectionError('${at("7f8a1c")}: Failed to est`).slice(0, -1),
    shown:
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.crm.example', port=443): NewConnectionError('Failed to est",
  },
  {
    name: "SQLAlchemy's session",
    message:
      "sqlalchemy.exc.PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush. To begin a new transaction with this Session, first issue Session.rollback(). Original exception was: (psycopg2.errors.DiskFull) could not extend file",
    shown: "(psycopg2.errors.DiskFull) could not extend file",
  },
  {
    name: "Spark's task",
    message:
      "org.apache.spark.SparkException: Job aborted due to stage failure: Task 3 in stage 12.0 failed 4 times, most recent failure: Lost task 3.3 in stage 12.0 (TID 123) (10.0.0.5 executor 2): java.io.IOException: the bucket is gone\n\tat org.app.Load.run(Load.scala:7)\nDriver stacktrace:\n\tat org.apache.spark.X.y(X.scala:1)",
    shown: "java.io.IOException: the bucket is gone",
  },
  {
    name: "BigQuery's list",
    message:
      "400 Error while reading data, error message: JSON table encountered too many errors, giving up. Rows: 1; errors: 1. File: gs://b/x.json; reason: invalid, message: Error while reading data, error message: giving up; max bad: 0; reason: invalid, message: No such field: stage.",
    shown: "400 No such field: stage.",
  },
  {
    name: "HubSpot's client",
    message: `(403)\nReason: Forbidden\n${headers()}\nHTTP response body: ${refused}\n`,
    shown: "HTTP 403 Forbidden: MISSING_SCOPES: The app has not all required scopes",
  },
  {
    name: "HubSpot's client, below a trace",
    message: `Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nhubspot.crm.deals.exceptions.ForbiddenException: (403)\nReason: Forbidden\n${headers()}\nHTTP response body: ${refused}\n`,
    shown: "HTTP 403 Forbidden: MISSING_SCOPES: The app has not all required scopes",
  },
  {
    name: "many headers",
    message: `(403)\nReason: Forbidden\n${headers(", 'X-More': 'a b c'".repeat(60))}\nHTTP response body: ${refused}`,
    shown: "HTTP 403 Forbidden: MISSING_SCOPES: The app has not all required scopes",
  },
  {
    name: "no body",
    message: `(504)\nReason: Gateway Timeout\n${headers()}\n`,
    shown: "HTTP 504 Gateway Timeout",
  },
  {
    name: "anyhow's chain",
    message:
      "Error: sync of deals stopped at page 3\n\nCaused by:\n    0: error sending request\n    1: dns error\n    2: no such host\n\nLocation:\n    src/main.rs:12:5",
    shown: "sync of deals stopped at page 3: no such host",
  },
  {
    name: "anyhow's one cause below words that say nothing",
    message: "Error: sync failed\n\nCaused by:\n    missing field `stage` at line 1",
    shown: "missing field `stage` at line 1",
  },
  {
    name: "eyre's chain",
    message: "Error: \n   0: the page is unreadable\n   1: missing field `stage`\n\nLocation:\n   src/sync.rs:44",
    shown: "the page is unreadable: missing field `stage`",
  },
  {
    name: "PowerShell's place",
    message:
      "Invoke-RestMethod : The remote server returned an error: (401) Unauthorized.\nAt C:\\sync.ps1:12 char:9\n+ $r = Invoke-RestMethod -Uri $url\n+      ~~~~~~~~~~~~\n    + CategoryInfo          : InvalidOperation: (x:y) [], WebException",
    shown: "Invoke-RestMethod : The remote server returned an error: (401) Unauthorized.",
  },
  {
    name: "Node's attempts that failed together",
    message:
      "AggregateError [ECONNREFUSED]: \n    at internalConnectMultiple (node:net:1114:18) {\n  code: 'ECONNREFUSED',\n  [errors]: [\n    Error: connect ECONNREFUSED 127.0.0.1:5432\n        at x (node:net:1:2)\n  ]\n}",
    shown: "AggregateError [ECONNREFUSED]: Error: connect ECONNREFUSED 127.0.0.1:5432",
  },
  {
    name: "gRPC's call",
    message:
      '<_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.UNAVAILABLE\n\tdetails = "failed to connect: Connection refused"\n\tdebug_error_string = "UNKNOWN:x {created_time:"2026-07-10T20:00:00+00:00", grpc_status:14}"\n>',
    shown: "StatusCode.UNAVAILABLE: failed to connect: Connection refused",
  },
  {
    name: "Google Ads' failure behind that of its call",
    message:
      'google.ads.googleads.errors.GoogleAdsException: (<_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.PERMISSION_DENIED\n\tdetails = "The caller does not have permission"\n>, <_InactiveRpcError of RPC>, errors {\n  error_code {\n    authorization_error: USER_PERMISSION_DENIED\n  }\n  message: "User doesn\\\'t have permission to access customer."\n}\nrequest_id: "abc"\n, \'abc\')',
    shown:
      "google.ads.googleads.errors.GoogleAdsException: USER_PERMISSION_DENIED: User doesn't have permission to access customer.",
  },
  {
    name: "FastAPI's field",
    message: '{"detail":[{"loc":["body",3,"close_date"],"msg":"Field required","type":"missing"}]}',
    shown: "missing: close_date: Field required",
  },
  {
    name: "a line of Google's log",
    message: '{"severity":"ERROR","jsonPayload":{"message":"the page is gone"},"resource":{"type":"job"}}',
    shown: "the page is gone",
  },
  {
    name: "a line of Docker's log",
    message: '{"log":"the page is gone\\n","stream":"stderr","time":"2026-07-10T20:00:00Z"}',
    shown: "the page is gone",
  },
  {
    name: "colours",
    message: "\u001b[31m[ERROR]\u001b[0m \u001b[1;33mdeals\u001b[39m: the page is gone",
    shown: "[ERROR] deals: the page is gone",
  },
  {
    name: "colours that are written out",
    message: "\\u001b[31mdeals\\u001b[0m and \\x1b[1mowners\\x1b[0m and \\033[1mstages\\033[0m are gone",
    shown: "deals and owners and stages are gone",
  },
  {
    name: "colours without their first character",
    message: "[31mdeals[0m are gone after [5m] of 10m",
    shown: "deals are gone after [5m] of 10m",
  },
])("$name", ({ message, shown }) => {
  expect(maskErrorMessage(message)).toBe(shown);
});

describe("one cause", () => {
  test.each([
    [
      "whatever was asked for",
      pool("/v3/deals?after=5", `NewConnectionError('${at("7f1")}: [Errno -2] Name or service not known')`),
      pool(`/v3/${"x".repeat(300)}`, `NewConnectionError('${at("9e2")}: [Errno -2] Name or service not known')`),
    ],
    [
      "whichever interface's class it is",
      `hubspot.crm.deals.exceptions.ForbiddenException: (403)\nReason: Forbidden\n${headers()}\nHTTP response body: ${refused}`,
      `hubspot.crm.contacts.exceptions.ForbiddenException: (403)\nReason: Forbidden\n${headers(", 'X': '1'")}\nHTTP response body: ${refused}`,
    ],
    [
      "on whatever day",
      "Session has expired on Friday, 10-Jul-26 13:00:00 PDT.",
      "Session has expired on Monday, 03-Aug-26 09:10:11 EST.",
    ],
    ["at a time of HTTP", "Expires Fri, 10 Jul 2026 20:00:00 GMT", "Expires Mon, 03 Aug 2026 01:02:03 GMT"],
    ["at a time of C", "at Fri Jul 10 20:00:00 2026 it failed", "at Mon Aug  3 01:02:03 2026 it failed"],
    ["with colours and without", "\u001b[31mdeals: the page is gone\u001b[0m", "deals: the page is gone"],
  ])("%s", (_name, one, other) => {
    expect(fingerprintError(one).key).toBe(fingerprintError(other).key);
  });
});

describe("two causes", () => {
  const rollback = (cause: string) =>
    `sqlalchemy.exc.PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush. To begin a new transaction with this Session, first issue Session.rollback(). Original exception was: ${cause}`;
  test.each([
    [
      "behind one address",
      pool("/v3/objects/contacts", `NewConnectionError('${at("7f1")}: [Errno -2] Name or service not known')`),
      pool("/v3/objects/contacts", `NewConnectionError('${at("7f1")}: [Errno 111] Connection refused')`),
    ],
    ["behind a rollback", rollback("(x) the disk is full"), rollback("(x) the key is taken")],
    [
      "behind retries",
      pool("/v3", "ResponseError('too many 429 error responses')"),
      pool("/v3", "ResponseError('too many 500 error responses')"),
    ],
    [
      "a status in quotation marks",
      "Client error '404 Not Found' for url 'https://x.example/a'",
      "Client error '409 Conflict' for url 'https://x.example/a'",
    ],
    [
      "a status in other quotation marks",
      "Client error: `GET https://x.example/a` resulted in a `404 Not Found` response",
      "Client error: `GET https://x.example/a` resulted in a `409 Conflict` response",
    ],
    [
      "aiohttp's status without words",
      "aiohttp.ClientResponseError: 404, message='', url='https://x.example/a'",
      "aiohttp.ClientResponseError: 500, message='', url='https://x.example/a'",
    ],
    [
      "the reason among the arguments of an exception",
      "elasticsearch.BadRequestError: BadRequestError(400, 'mapper_parsing_exception', 'failed to parse field [amount]')",
      "elasticsearch.BadRequestError: BadRequestError(400, 'mapper_parsing_exception', 'failed to parse field [stage]')",
    ],
    [
      "MongoDB's words",
      "BulkWriteError: {'writeErrors': [{'index': 3, 'errmsg': 'the key is taken'}]}",
      "BulkWriteError: {'writeErrors': [{'index': 3, 'errmsg': 'the document is too large'}]}",
    ],
    [
      "what Google says",
      '<HttpError 403 when requesting https://x.example/a returned "The caller is not permitted">',
      '<HttpError 403 when requesting https://x.example/a returned "The interface is disabled">',
    ],
  ])("%s", (_name, one, other) => {
    expect(fingerprintError(one).key).not.toBe(fingerprintError(other).key);
  });
});

test.each([
  ["Pod sync-deals-28712345-x7k2p failed: OOMKilled", "Pod sync-deals-28712346-bqztd failed: OOMKilled"],
  ["pod worker-7d4b9c6f5-zq8wl was evicted", "pod worker-66fd8b7c9d-lmwtv was evicted"],
])("a pod's name is drawn for each run: %s", (one, other) => {
  expect(fingerprintError(one).key).toBe(fingerprintError(other).key);
});
