/** Where a message names the failure: messages as syncs in several languages leave them, whole and with their middle missing. */
import { describe, expect, test } from "bun:test";
import { findCause } from "../../../src/report/errors/cause.ts";
import { nameFamily } from "../../../src/report/errors/families.ts";
import { fingerprintError } from "../../../src/report/errors/fingerprint.ts";
import { maskErrorMessage } from "../../../src/report/errors/redact.ts";
import { ERROR_FAMILIES } from "../../../src/report/errors/schema.ts";

type Row = { name: string; message: string; shown: string };

const HEAD = "Traceback (most recent call last):";
const FRAMES = [400, 401, 402, 403]
  .map((line) => `  File "/srv/venv/lib/python3.12/site-packages/celery/app/trace.py", line ${line}, in run\n    fun()`)
  .join("\n");
const TRACE = `${HEAD}\n${FRAMES}`;

/** As the queries hand a long message over. */
function leaveOutMiddle(message: string): string {
  return `${message.slice(0, 300)}\n…\n${message.slice(-700)}`;
}

const LISTS_AND_HTML: Row[] = [
  {
    name: "a list of one message",
    message: '["HTTP 401 Unauthorized: token expired"]',
    shown: "HTTP 401 Unauthorized: token expired",
  },
  {
    name: "a list of messages",
    message: '["Row 3: \\"email\\" is invalid", "Row 9: no name"]',
    shown: 'Row 3: "email" is invalid Row 9: no name',
  },
  {
    name: "a list of the lines of a trace",
    message: '["Traceback (most recent call last):", "  File \\"a.py\\", line 3, in x", "    x()", "KeyError: id"]',
    shown: "KeyError: id",
  },
  { name: "a list of words", message: '["deals", "offers"]', shown: '["deals", "offers"]' },
  {
    name: "an error that PHP prints for a browser",
    message: "<br />\n<b>Warning</b>:  connect(): Connection refused in <b>/srv/sync.php</b> on line <b>8</b><br />\n",
    shown: "Warning: connect(): Connection refused in /srv/sync.php on line 8",
  },
  {
    name: "an uncaught error that PHP prints for a browser",
    message:
      "<br />\n<b>Fatal error</b>:  Uncaught Exception: HTTP 401 in /srv/sync.php:12\nStack trace:\n#0 {main}\n  thrown in <b>/srv/sync.php</b> on line <b>12</b><br />",
    shown: "Exception: HTTP 401",
  },
  {
    name: "a message that was made for a browser",
    message: '<div class="error">Sync of <b>deals</b> failed: &quot;amount&quot; is no number</div>',
    shown: 'Sync of deals failed: "amount" is no number',
  },
  { name: "what is no tag of HTML", message: "<Response [401]> for deals", shown: "<Response [401]> for deals" },
];

const PYTHON: Row[] = [
  { name: "the last line", message: `${TRACE}\nKeyError: properties`, shown: "KeyError: properties" },
  {
    name: "with a module",
    message: `${TRACE}\nrequests.exceptions.ReadTimeout: timed out`,
    shown: "requests.exceptions.ReadTimeout: timed out",
  },
  { name: "without a message", message: `${TRACE}\nAssertionError\n`, shown: "AssertionError" },
  {
    name: "of several lines",
    message: `${TRACE}\npsycopg.errors.UniqueViolation: duplicate key\nDETAIL:  Key (id)=(5) already exists.`,
    shown: "psycopg.errors.UniqueViolation: duplicate key DETAIL: Key (id)=(***) already exists.",
  },
  {
    name: "words before it",
    message: `Sync of deals failed: ${TRACE}\nValueError: bad date`,
    shown: "ValueError: bad date",
  },
  {
    name: "the last of a chain, during handling",
    message: `${TRACE}\nKeyError: 'id'\n\nDuring handling of the above exception, another exception occurred:\n\n${HEAD}\n  File "a.py", line 1, in f\n    g()\nRuntimeError: no id`,
    shown: "RuntimeError: no id",
  },
  {
    name: "the last of a chain, a direct cause",
    message: `${HEAD}\n  File "a.py", line 1, in f\nOSError: disk\n\nThe above exception was the direct cause of the following exception:\n\n${TRACE}\napp.SyncError: contacts`,
    shown: "app.SyncError: contacts",
  },
  {
    name: "a chain that is cut off",
    message: `${TRACE}\nOSError: disk\n\nDuring handling of the above exception, another exception occurred:\n\n${HEAD}\n  File "a.py", line 1, in f\n    g()`,
    shown: "OSError: disk",
  },
  {
    name: "nothing but frames",
    message: `${HEAD}\n  File "a.py", line 1, in f\n    g()`,
    shown: 'File "a.py", line 1, in f',
  },
  {
    name: "marks below the code",
    message: `${HEAD}\n  File "a.py", line 1, in f\n    g(1)\n    ~^^^\n  [Previous line repeated 9 more times]\nRecursionError: too deep`,
    shown: "RecursionError: too deep",
  },
  {
    name: "indented as a whole",
    message: `task failed:\n    ${HEAD}\n      File "a.py", line 1, in f\n        g()\n    ValueError: bad`,
    shown: "ValueError: bad",
  },
  {
    name: "an exception group's own exception",
    message: `  + Exception Group Traceback (most recent call last):\n  |   File "a.py", line 1, in <module>\n  |     main()\n  | ExceptionGroup: two (1 sub-exception)\n  +-+---------------- 1 ----------------\n    | ${HEAD}\n    |   File "a.py", line 2, in f\n    |     g()\n    | ValueError: bad\n    +------------------------------------`,
    shown: "ValueError: bad",
  },
  {
    name: "line breaks written out",
    message: `${HEAD}\\n  File "a.py", line 1, in f\\n    g()\\nValueError: bad`,
    shown: "ValueError: bad",
  },
  {
    name: "line breaks made spaces",
    message: `${HEAD} File "a.py", line 1, in f g() File "b.py", line 2, in g raise KeyError(k) KeyError: 'id'`,
    shown: "KeyError: 'id'",
  },
  {
    name: "the middle missing",
    message: leaveOutMiddle(`${TRACE}\n${FRAMES}\nOSError: [Errno 28] No space left on device`),
    shown: "OSError: [Errno 28] No space left on device",
  },
  {
    name: "the middle and a part of a frame missing",
    message: `${HEAD}\n  File "/srv/app/sy\n…\nlery/app/trace.py", line 3, in run\n    fun()\nTypeError: no date`,
    shown: "TypeError: no date",
  },
  {
    name: "the last line longer than what is left of it",
    message: leaveOutMiddle(`${TRACE}\nValueError: start ${"of a long text ".repeat(80)}end`),
    shown: `text ${"of a long text ".repeat(45)}end`,
  },
  {
    name: "its beginning in the missing part",
    message: leaveOutMiddle(`${"reading deals ".repeat(25)}\n${TRACE}\nValueError: bad`),
    shown: "ValueError: bad",
  },
];

const AT = "\tat com.example.sync.Deals.read(Deals.java:12)\n\tat java.base/java.lang.Thread.run(Thread.java:840)";

const OTHERS: Row[] = [
  {
    name: "Java: the line above the frames",
    message: `Exception in thread "main" java.lang.IllegalStateException: no cursor\n${AT}`,
    shown: "java.lang.IllegalStateException: no cursor",
  },
  {
    name: "Node: an error in small letters, below the line of code",
    message: `/app/node_modules/pg/lib/client.js:526\n    Error.captureStackTrace(err);\n          ^\n\nerror: deadlock detected\n    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:287:98)`,
    shown: "error: deadlock detected",
  },
  {
    name: "Node: a class that is not called an error",
    message: `/app/sync.js:9\n  throw new ApiProblem("quota");\n  ^\n\nApiProblem: quota used up\n    at main (/app/sync.js:9:9)`,
    shown: "ApiProblem: quota used up",
  },
  {
    name: "Node: a text that is thrown",
    message: `/app/sync.js:9\n  throw "no cursor";\n  ^\nno cursor\n(Use \`node --trace-uncaught ...\` to show where the exception was thrown)\n    at main (/app/sync.js:9:9)`,
    shown: "no cursor (Use `node --trace-uncaught ...` to show where the exception was thrown)",
  },
  {
    name: "Java: the innermost cause",
    message: `java.lang.RuntimeException: sync failed\n${AT}\nCaused by: com.example.ApiException: call failed\n${AT}\n\t... 3 more\nCaused by: java.net.SocketTimeoutException: Read timed out\n${AT}\n\t... 23 more`,
    shown: "java.net.SocketTimeoutException: Read timed out",
  },
  {
    name: "Java: a cause of two lines",
    message: `a.B: x\n${AT}\nCaused by: org.postgresql.util.PSQLException: ERROR: duplicate key\n  Detail: Key (id)=(5) already exists.\n${AT}`,
    shown: "org.postgresql.util.PSQLException: ERROR: duplicate key Detail: Key (id)=(***) already exists.",
  },
  {
    name: "Java: a log line above",
    message: `2026-07-10 ERROR c.e.Sync - deals\njava.io.IOException: Broken pipe\n${AT}`,
    shown: "java.io.IOException: Broken pipe",
  },
  {
    name: "Java: what is suppressed is no cause",
    message: `java.io.IOException: disk full\n${AT}\n\tSuppressed: java.io.IOException: close\n\t\tat a.B.c(B.java:1)\n\tCaused by: java.lang.Error: x\n\t\tat a.B.c(B.java:1)`,
    shown: "java.io.IOException: disk full",
  },
  {
    name: "Java: the middle missing",
    message: leaveOutMiddle(
      `java.lang.RuntimeException: sync failed\n${AT}\n${AT}\n${AT}\n${AT}\n${AT}\n${AT}\n${AT}\nCaused by: java.lang.ArithmeticException: / by zero\n${AT}\n\t... 23 more`,
    ),
    shown: "java.lang.ArithmeticException: / by zero",
  },
  {
    name: "Java: on one line",
    message:
      "java.lang.RuntimeException: sync failed at a.B.c(B.java:1) at a.B.d(B.java:2) Caused by: java.io.IOException: disk full at a.B.e(B.java:3)",
    shown: "java.io.IOException: disk full",
  },
  {
    name: "Node: the first line that is no frame",
    message:
      "TypeError: deals.map is not a function\n    at read (/app/sync.js:12:5)\n    at async main (/app/main.js:3:3)",
    shown: "TypeError: deals.map is not a function",
  },
  {
    name: "Node: frames without parentheses",
    message: "Error: no token\n    at file:///app/sync.mjs:12:5\n    at node:internal/main/run:28:49",
    shown: "Error: no token",
  },
  {
    name: "Node: a crash",
    message:
      "/app/sync.js:10\n    throw new Error('bad date');\n    ^\n\nError: bad date\n    at Object.<anonymous> (/app/sync.js:10:9)\n\nNode.js v22.1.0",
    shown: "Error: bad date",
  },
  {
    name: "Node: with what caused it",
    message:
      "TypeError: fetch failed\n    at node:internal/deps/undici:1:2 {\n  [cause]: Error: connect ECONNREFUSED 10.0.0.5:443\n      at a (node:net:1:2)",
    shown: "TypeError: fetch failed [cause]: Error: connect ECONNREFUSED 10.0.0.5:443",
  },
  {
    name: "Node: a class of its own",
    message: "HubSpotRateLimit: ten_secondly_rolling\n    at Client.get (/app/client.ts:5:11)",
    shown: "HubSpotRateLimit: ten_secondly_rolling",
  },
  {
    name: "PHP: above the trace, without the place",
    message:
      "PHP Fatal error:  Uncaught Exception: no cursor in /app/sync.php:12\nStack trace:\n#0 /app/main.php(3): sync()\n#1 {main}\n  thrown in /app/sync.php on line 12",
    shown: "Exception: no cursor",
  },
  {
    name: "Elixir: above the frames, of an application or of none",
    message:
      "** (RuntimeError) no cursor\n    (app 0.1.0) lib/app/sync.ex:12: App.Sync.perform/1\n    lib/task/supervised.ex:101: Task.Supervised.invoke_mfa/2\n",
    shown: "** (RuntimeError) no cursor",
  },
  {
    name: "JSON: an exception that ends in the message beside it is said once",
    message: '{"name":"Error","message":"no cursor","stack":"Error: no cursor\\n    at run (/app/sync.js:3:1)"}',
    shown: "Error: no cursor",
  },
  {
    name: "a queue's errors: that of the last attempt, of objects in lines",
    message:
      '{"at":"2026-07-10T10:00:00Z","error":"HTTP 502","attempt":1}\n{"at":"2026-07-10T11:00:00Z","error":"no cursor","attempt":2}',
    shown: "no cursor",
  },
  {
    name: "a queue's errors: that of the last attempt, of a list",
    message:
      '[{"at":"2026-07-10T10:00:00Z","attempt":1,"error":"HTTP 502"},{"at":"2026-07-10T11:00:00Z","attempt":2,"error":"no cursor"}]',
    shown: "no cursor",
  },
  {
    name: "PHP: a database's",
    message:
      "PDOException: SQLSTATE[HY000] [2002] Connection refused in /app/db.php:5\nStack trace:\n#0 /app/db.php(5): PDO->__construct()\n#1 {main}",
    shown: "PDOException: SQLSTATE[HY000] [2002] Connection refused",
  },
  {
    name: "PHP: Laravel's log",
    message:
      '[2026-07-10 10:00:00] production.ERROR: no cursor {"exception":"[object] (Exception(code: 0): no cursor at /app/x.php:5)\n[stacktrace]\n#0 {main}\n"}',
    shown: "no cursor",
  },
  {
    name: "Ruby: behind the place",
    message:
      "/app/sync.rb:10:in 'read': undefined method 'id' for nil (NoMethodError)\n\tfrom /app/main.rb:5:in '<main>'",
    shown: "undefined method 'id' for nil (NoMethodError)",
  },
  {
    name: "Ruby: in reverse",
    message:
      "Traceback (most recent call last):\n\t2: from main.rb:9:in `<main>'\n\t1: from main.rb:5:in `sync'\nsync.rb:2:in `read': no cursor (RuntimeError)",
    shown: "no cursor (RuntimeError)",
  },
  {
    name: "Ruby: above the frames",
    message: "ActiveRecord::RecordInvalid: Email is taken\napp/sync.rb:5:in `save'\napp/main.rb:9:in `run'",
    shown: "ActiveRecord::RecordInvalid: Email is taken",
  },
  {
    name: "Go: the panic",
    message:
      "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.sync(...)\n\t/app/main.go:12 +0x1d\nexit status 2",
    shown: "panic: runtime error: index out of range [5] with length 3",
  },
  {
    name: "Go: a fatal error",
    message: "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()",
    shown: "fatal error: all goroutines are asleep - deadlock!",
  },
  {
    name: "Go: a signal",
    message:
      "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x49]\n\ngoroutine 7 [running]:\nmain.main()",
    shown: "panic: runtime error: invalid memory address or nil pointer dereference",
  },
  {
    name: ".NET: the line above the frames",
    message:
      "Unhandled exception. System.InvalidOperationException: no cursor\n   at Sync.Deals.Read(String id) in /src/Deals.cs:line 12\n   at Sync.Main()",
    shown: "System.InvalidOperationException: no cursor",
  },
  {
    name: ".NET: the innermost",
    message:
      "System.Exception: sync failed\n ---> System.Net.Http.HttpRequestException: call failed\n ---> System.Net.Sockets.SocketException (111): Connection refused\n   at A.B()\n   --- End of inner exception stack trace ---\n   at C.D()",
    shown: "System.Net.Sockets.SocketException (111): Connection refused",
  },
  {
    name: ".NET: the innermost on the first line",
    message:
      "System.Exception: sync failed ---> System.TimeoutException: too slow\n   at A.B()\n   --- End of inner exception stack trace ---\n   at C.D()",
    shown: "System.TimeoutException: too slow",
  },
  {
    name: "Rust: below the place",
    message:
      "thread 'main' panicked at src/main.rs:5:9:\nno cursor\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
    shown: "no cursor",
  },
];

const BODIES: Row[] = [
  {
    name: "Airbyte's trace message",
    message:
      '{"type":"TRACE","trace":{"type":"ERROR","error":{"message":"Your credentials are invalid","internal_message":"401","stack_trace":"Traceback (most recent call last):\\n  File \\"/a.py\\", line 120, in launch\\n    x()\\nrequests.HTTPError: 401 Unauthorized"}}}',
    shown: "Your credentials are invalid: requests.HTTPError: 401 Unauthorized",
  },
  {
    name: "Airbyte's list of failures",
    message:
      '{"failures":[{"failureOrigin":"source","internalMessage":"x.Y: z","externalMessage":"Rate limited by the CRM"}],"partialSuccess":false}',
    shown: "Rate limited by the CRM",
  },
  {
    name: "GraphQL, whose extensions know more",
    message:
      '{"data":null,"errors":[{"message":"Internal server error","extensions":{"originalError":{"statusCode":401,"message":"Token expired"}}}]}',
    shown: "HTTP 401: Token expired",
  },
  {
    name: "GraphQL, whose extensions have the code only",
    message: '{"errors":[{"message":"Something went wrong","extensions":{"code":"RATE_LIMITED","retryAfter":10}}]}',
    shown: "RATE_LIMITED: Something went wrong",
  },
  {
    name: "FastAPI's list of details",
    message: '{"detail":[{"loc":["body","email"],"msg":"field required","type":"value_error.missing"}]}',
    shown: "value_error.missing: email: field required",
  },
  {
    name: "Amazon's capitals",
    message: '{"Error":{"Code":"NoSuchBucket","Message":"No bucket is there"},"ResponseMetadata":{"RequestId":"A"}}',
    shown: "NoSuchBucket: No bucket is there",
  },
  {
    name: "Databricks' state",
    message: '{"run_id":5,"state":{"result_state":"FAILED","state_message":"Cluster terminated by spot"}}',
    shown: "Cluster terminated by spot",
  },
  {
    name: "a list of results whose last one failed",
    message: leaveOutMiddle(
      `[${'{"success":true,"errors":[]},'.repeat(60)}{"success":false,"errors":[{"message":"duplicate value found"}]}]`,
    ),
    shown: "duplicate value found",
  },
  {
    name: "Tomcat's root cause",
    message:
      "<html><head><title>HTTP Status 500 – Internal Server Error</title></head><body><p><b>Message</b> no manager</p><pre>a.B: no manager</pre><p><b>Root Cause</b></p><pre>java.net.ConnectException: refused</pre></body></html>",
    shown: "HTTP Status 500 – Internal Server Error java.net.ConnectException: refused",
  },
  {
    name: "Tomcat's message",
    message:
      "<html><head><title>HTTP Status 500 – Internal Server Error</title></head><body><h1>HTTP Status 500</h1><p><b>Message</b> disk full</p></body></html>",
    shown: "HTTP Status 500 – Internal Server Error disk full",
  },
  {
    name: "a SOAP fault",
    message:
      '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault><faultcode>sf:INVALID_LOGIN</faultcode><faultstring>INVALID_LOGIN: Invalid username or user locked out.</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>',
    shown: "INVALID_LOGIN: Invalid username or user locked out.",
  },
  {
    name: "a SOAP 1.2 fault behind a status",
    message:
      'HTTP 500: <env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Body><env:Fault><env:Code><env:Value>env:Sender</env:Value></env:Code><env:Reason><env:Text xml:lang="en">Message does not have necessary info</env:Text></env:Reason></env:Fault></env:Body></env:Envelope>',
    shown: "HTTP 500: Sender: Message does not have necessary info",
  },
  {
    name: "an error of S3",
    message:
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>',
    shown: "NoSuchBucket: The specified bucket does not exist",
  },
  {
    name: "a SOAP fault that is cut off",
    message: "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>Object reference not set &amp; lost",
    shown: "Server: Object reference not set & lost",
  },
  {
    name: "a page's title",
    message: "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>",
    shown: "502 Bad Gateway",
  },
  {
    name: "a page's title behind a status",
    message: "HTTP 503: <html>\n<head>\n<title>Service\n Unavailable</title>",
    shown: "HTTP 503: Service Unavailable",
  },
  { name: "a title with entities", message: "<html><title>Bad &amp; &#39;ugly&#39;</title>", shown: "Bad & 'ugly'" },
  {
    name: "a heading where there is no title",
    message: "<html><body><h1 class='x'>Too <b>many</b> requests</h1><p>x</p></body></html>",
    shown: "Too many requests",
  },
  {
    name: "the text where there is neither",
    message: "<html><head><style>a{}</style></head><body><pre>Cannot GET /deals</pre></body></html>",
    shown: "Cannot GET /deals",
  },
  {
    name: "more than the title Error",
    message: "<html><head><title>Error</title></head><body><pre>Cannot GET /deals</pre></body></html>",
    shown: "Error Cannot GET /deals",
  },
  {
    name: "a title that is cut off",
    message: "<html><head><title>crm.example | 522: Connection timed out",
    shown: "crm.example | 522: Connection timed out",
  },
  {
    name: "a page without a space whose middle is missing",
    message: leaveOutMiddle(
      `<html><head><title>Bad gateway</title></head><body>${"<p>x</p>".repeat(200)}</body></html>`,
    ),
    shown: "Bad gateway",
  },
  { name: "JSON's message", message: '{"id":5,"message":"Deal is locked","requestId":"a-1"}', shown: "Deal is locked" },
  {
    name: "the prefix stays",
    message: 'HTTP 400: {"status":"error","message":"Property values were not valid","correlationId":"x"}',
    shown: "HTTP 400: Property values were not valid",
  },
  {
    name: "what follows stays",
    message: 'PATCH failed: {"message": "Deal is locked"} (attempt 3)',
    shown: "PATCH failed: Deal is locked (attempt 3)",
  },
  {
    name: "OAuth's description, with the code",
    message: '{"error":"invalid_grant","error_description":"the code is used up"}',
    shown: "invalid_grant: the code is used up",
  },
  { name: "a detail", message: '{"detail":"Not found."}', shown: "Not found." },
  {
    name: "a detail before a title",
    message: '{"type":"about:blank","title":"Conflict","status":409,"detail":"Deal is locked"}',
    shown: "HTTP 409: Deal is locked",
  },
  { name: "a title", message: '{"title":"Conflict","status":409}', shown: "HTTP 409: Conflict" },
  { name: "a reason", message: '{"ok":false,"reason":"queue full"}', shown: "queue full" },
  {
    name: "an error's message",
    message: '{"error":{"code":429,"message":"Slow down","status":"RESOURCE_EXHAUSTED"}}',
    shown: "HTTP 429: Slow down",
  },
  { name: "the first error's message", message: '{"errors":[{"message":"A"},{"message":"B"}]}', shown: "A" },
  { name: "the first of errors that are text", message: '{"errors":["Name is blank","B"]}', shown: "Name is blank" },
  {
    name: "a list",
    message: '[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]',
    shown: "INVALID_SESSION_ID: Session expired or invalid",
  },
  {
    name: "the outer message before the inner",
    message: '{"errors":[{"message":"inner"}],"message":"outer"}',
    shown: "outer",
  },
  {
    name: "no message of the record",
    message: '{"error":"refused","request":{"message":"Dear Jane"}}',
    shown: "refused",
  },
  {
    name: "a value in a message",
    message: '{"error":{"code":"X1_LOCKED","message":{"lang":"en","value":"Deal is locked"}}}',
    shown: "Deal is locked",
  },
  {
    name: "cut off behind it",
    message: '{"message":"Deal is locked","context":{"ids":["1","2',
    shown: "Deal is locked",
  },
  { name: "cut off within it", message: '{"message":"Deal is lock', shown: "Deal is lock" },
  { name: "bytes of Python", message: `400: b'{"message": "Deal is locked"}'`, shown: "400: Deal is locked" },
  {
    name: "JSON in JSON",
    message: '{"message":"{\\"error\\":{\\"message\\":\\"Deal is locked\\"}}"}',
    shown: "Deal is locked",
  },
  { name: "escaped JSON", message: '"{\\"message\\":\\"Deal is locked\\"}"', shown: "Deal is locked" },
  {
    name: "at the end of a trace",
    message: `${TRACE}\nHTTPError: 409: {"message": "Deal is locked"}`,
    shown: "HTTPError: 409: Deal is locked",
  },
  { name: "a trace in it", message: JSON.stringify({ error: `${TRACE}\nValueError: bad` }), shown: "ValueError: bad" },
  { name: "JSON that tells nothing", message: 'rows {"a": 1, "b": "c"}', shown: 'rows {"a": 1, "b": "c"}' },
  { name: "what is no JSON", message: "expected {'a': 1} or [1]", shown: "expected {'a': 1} or [1]" },
];

const PLAIN: Row[] = [
  { name: "one line", message: "HTTP 429 at 10:00 (attempt 3)", shown: "HTTP 429 at 10:00 (attempt 3)" },
  { name: "several lines", message: "bad date\nat row 5\nin deals", shown: "bad date at row 5 in deals" },
  {
    name: "Caused by in a sentence",
    message: "Sync failed. Caused by: no cursor",
    shown: "Sync failed. Caused by: no cursor",
  },
  {
    name: "of a long message without a trace the beginning",
    message: `Sync failed: no disk${" x".repeat(140)}\n…\nrow (Jane, Doe)`,
    shown: `Sync failed: no disk${" x".repeat(139)} …`,
  },
];

const CHAIN = "\n\nThe above exception was the direct cause of the following exception:\n\n";
const AFTER = `${CHAIN}${HEAD}\n  File "b.py", line 2, in main\n    raise SyncError(...) from e\n`;
const FAILED = `${HEAD}\n  File "a.py", line 1, in f\n    g()\nOSError: disk full`;

/** What says only that something failed gives way to what caused it. */
const GENERIC: Row[] = [
  {
    name: "a chain's last says nothing",
    message: `${FAILED}${AFTER}sync.SyncError: sync failed`,
    shown: "OSError: disk full",
  },
  { name: "its class says nothing", message: `${FAILED}${AFTER}sync.SyncError`, shown: "OSError: disk full" },
  {
    name: "it names its rule alone",
    message: `${FAILED}${AFTER}SyncError: Sync of contacts failed`,
    shown: "OSError: disk full",
  },
  {
    name: "it says as much with an id",
    message: `${FAILED}${AFTER}TaskError: task 4711 failed with exit code 1`,
    shown: "OSError: disk full",
  },
  {
    name: "so do two of three",
    message: `${FAILED}${AFTER}StepError: step failed${AFTER}SyncError: sync failed`,
    shown: "OSError: disk full",
  },
  { name: "its class says enough", message: `${FAILED}${AFTER}app.ReadTimeout`, shown: "app.ReadTimeout" },
  {
    name: "its status says enough",
    message: `${FAILED}${AFTER}SyncError: failed with 401`,
    shown: "SyncError: failed with 401",
  },
  {
    name: "none of the chain says anything",
    message: `${FAILED.replace("OSError: disk full", "Exception: error")}${AFTER}SyncError: sync failed`,
    shown: "SyncError: sync failed",
  },
  {
    name: "Ruby's first says nothing",
    message:
      "a.rb:1:in 'run': sync failed (SyncError)\n\tfrom m.rb:5:in '<main>'\na.rb:9:in 'read': no cursor (KeyError)\n\tfrom m.rb:5:in '<main>'",
    shown: "no cursor (KeyError)",
  },
  { name: "JSON's msg", message: '{"level":"error","msg":"sync failed","error":"disk full"}', shown: "disk full" },
  {
    name: "JSON's message before an error within",
    message: '{"message":"Job failed","err":{"type":"E","message":"disk full"}}',
    shown: "disk full",
  },
  {
    name: "JSON's message that says something, with an exception",
    message: '{"message":"contacts left out","error":"KeyError: id"}',
    shown: "contacts left out: KeyError: id",
  },
  {
    name: "JSON of which nothing says anything",
    message: '{"msg":"sync failed","error":"failed"}',
    shown: "sync failed",
  },
  {
    name: "a page of which title and heading are any",
    message: "<html><head><title>Error</title></head><body><h1>Error</h1><p>disk full</p></body></html>",
    shown: "Error disk full",
  },
  {
    name: "a page that prints its failure",
    message: "<html><title>500 Internal Server Error</title><body><pre>KeyError: id</pre></body></html>",
    shown: "500 Internal Server Error KeyError: id",
  },
];

/** What programs printed until they failed. */
const PRINTED: Row[] = [
  {
    name: "a log without levels",
    message:
      "2026/07/10 20:00:00 page 1\n2026/07/10 20:00:01 upsert failed: pq: deadlock detected\n2026/07/10 20:00:02 closing",
    shown: "upsert failed: pq: deadlock detected",
  },
  {
    name: "a log without levels that counts errors in the end",
    message: "20:00:00 page 1\n20:00:01 disk quota exceeded\n20:00:02 done, errors=1, 3 failed",
    shown: "disk quota exceeded",
  },
  {
    name: "a log without levels whose last failure says nothing",
    message:
      "Jul 10 20:00:00 web sync[7]: page 1\nJul 10 20:00:01 web sync[7]: no such host\nJul 10 20:00:02 web sync[7]: sync failed",
    shown: "no such host",
  },
  {
    name: "a log without levels and without a failure",
    message: "20:00:00 page 1\n20:00:01 page 2",
    shown: "20:00:00 page 1 20:00:01 page 2",
  },
  {
    name: "dbt's",
    message:
      "20:00:01  Running with dbt=1.7.0\n20:00:05  Completed with 1 error and 0 warnings:\n20:00:05  \n20:00:05    Database Error in model contacts\n20:00:05    no disk\n20:00:05  \n20:00:05  Done. PASS=3 WARN=0 ERROR=1",
    shown: "Database Error in model contacts no disk",
  },
  {
    name: "lines without a time",
    message: `${"fetched one more page of contacts\n".repeat(8)}upload refused by the host\nclosing`,
    shown: "upload refused by the host",
  },
  {
    name: "curl's table of progress",
    message:
      "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\ncurl: (52) Empty reply from server",
    shown: "curl: (52) Empty reply from server",
  },
  {
    name: "Node's reason of a rejection",
    message:
      "node:internal/process/promises:288\n            triggerUncaughtException(err, true);\n            ^\n\n[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"Invalid API key\".] {\n  code: 'ERR_UNHANDLED_REJECTION'\n}\n\nNode.js v18.17.0",
    shown: "UnhandledPromiseRejection: Invalid API key",
  },
  {
    name: "a log's error",
    message: "2026-07-10 20:40:01,123 INFO a page 1\n2026-07-10 20:40:02,123 ERROR a disk full",
    shown: "a disk full",
  },
  {
    name: "a log's error of two lines",
    message: "INFO page 1\nERROR disk full\non /var\nINFO exiting",
    shown: "disk full on /var",
  },
  {
    name: "a log's last error says nothing",
    message: "INFO page 1\nERROR disk full\nERROR sync failed",
    shown: "disk full",
  },
  {
    name: "Celery's",
    message: "[2026-07-10 20:40:01,1: INFO/MainProcess] page 1\n[2026-07-10 20:40:02,1: ERROR/MainProcess] disk full",
    shown: "disk full",
  },
  { name: "Python's", message: "INFO:root:page 1\nERROR:root:disk full", shown: "root:disk full" },
  { name: "logfmt", message: "ts=1 level=info page=1\nts=2 level=error disk=full", shown: "disk=full" },
  { name: "a log without an error", message: "INFO page 1\nINFO page 2", shown: "INFO page 1 INFO page 2" },
  {
    name: "lines of JSON",
    message: '{"level":"info","msg":"page 1"}\n{"level":50,"msg":"disk full"}\n{"level":"info","msg":"bye"}',
    shown: "disk full",
  },
  { name: "stderr", message: "exit code 1\nstdout:\nok\nstderr:\ndisk full", shown: "disk full" },
  { name: "stderr before stdout", message: "exit code 1\nstderr: disk full\nstdout:\nok", shown: "disk full" },
  {
    name: "an empty stderr",
    message: "exit code 1\nstdout:\ndisk full\nstderr:\n",
    shown: "exit code 1 stdout: disk full stderr:",
  },
  { name: "the end of a long text", message: `${"page done\n".repeat(30)}KeyError: id`, shown: "KeyError: id" },
  {
    name: "a line of a log from the missing middle",
    message: `INFO page 1\nINFO p\n…\nge 8\nINFO page 9\n…\nERROR disk full\nINFO page 5`,
    shown: "disk full",
  },
];

describe.each([
  { what: "lists and HTML", rows: LISTS_AND_HTML },
  { what: "Python", rows: PYTHON },
  { what: "other languages", rows: OTHERS },
  { what: "pages and JSON", rows: BODIES },
  { what: "plain text", rows: PLAIN },
  { what: "what says only that it failed", rows: GENERIC },
  { what: "what programs printed", rows: PRINTED },
])("$what", ({ rows }) => {
  test.each(rows)("$name", ({ message, shown }) => {
    expect(maskErrorMessage(message)).toBe(maskErrorMessage(shown));
    expect(maskErrorMessage(message)?.slice(0, 60)).toBe(shown.slice(0, 60));
    expect(fingerprintError(message).key).toBe(fingerprintError(shown).key);
    expect(nameFamily(findCause(message))).toBe(nameFamily(shown));
  });
});

test.each([
  "Period is closed.",
  "Please enter value(s) for: Subsidiary.",
  'relation "contacts" is locked',
  `${TRACE}\nValueError: bad`,
  '{"message":"Contact is gone"}',
])("%j as a JSON string is read as the text", (text) => {
  expect(fingerprintError(JSON.stringify(text))).toEqual(fingerprintError(text));
});

test("a JSON string whose middle is missing is read as a text is", () => {
  const message = leaveOutMiddle(JSON.stringify(`${TRACE}\n${FRAMES}\nValueError: bad`));
  expect(fingerprintError(message)).toEqual(fingerprintError("ValueError: bad"));
});

test("six causes below the same frames are six groups", () => {
  const causes = [
    "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://crm.example/x",
    "KeyError: properties",
    "OSError: [Errno 28] No space left on device",
    'psycopg2.errors.UndefinedColumn: column "foo" does not exist',
    "requests.exceptions.ReadTimeout: timed out",
    "ValueError: bad",
  ];
  const prints = causes.map((cause) => fingerprintError(`${TRACE}\n${cause}`));
  expect(new Set(prints.map(({ key }) => key)).size).toBe(6);
  expect(prints.map(({ family }) => family)).toEqual([
    "authentication",
    "other",
    "other",
    "missing-column",
    "timeout",
    "other",
  ]);
  expect(prints.filter(({ key }) => key.includes("Traceback"))).toEqual([]);
});

test("what is said elsewhere in a trace decides about no family", () => {
  const message = `${HEAD}\n  File "/app/timeout/connection_refused.py", line 401, in rate_limit\n    raise Timeout\nValueError: bad`;
  expect(ERROR_FAMILIES).toContain(fingerprintError(message).family);
  expect(fingerprintError(message)).toEqual({ family: "other", key: "ValueError: bad", example: "ValueError: bad" });
});

test("a cause is its own cause", () => {
  const rows = [...LISTS_AND_HTML, ...PYTHON, ...OTHERS, ...BODIES, ...PLAIN, ...GENERIC, ...PRINTED];
  expect(rows.filter(({ shown }) => findCause(shown) !== shown)).toEqual([]);
});

test("no half of a secret is shown of a line from the missing middle", () => {
  const told = `${`ERROR disk full ${"x ".repeat(100)}`.slice(0, 194)}Zx81kQ`;
  const cause = findCause(`INFO page 1\nINFO pa\n…\nge 8\nINFO page 9\n…\n${told}`);
  expect([cause.slice(0, 9), cause.includes("Zx8")]).toEqual(["disk full", false]);
  const around = `… canary7\n20:00:02 disk refused ${"x ".repeat(100)}`.slice(0, 196);
  const refused = findCause(`20:00:00 page 1\n20:00:01 pa\n…\nge 8\n20:00:03 page 9\n…\n${around}Zx81kQ`);
  expect([refused.slice(0, 12), /canary7|Zx8/.test(refused)]).toEqual(["disk refused", false]);
});

test("a trace cut anywhere is never grouped by its first line, and shows no half of a frame", () => {
  const whole = `${HEAD}\n${FRAMES}\n${FRAMES}\nValueError: bad`;
  for (let length = 20; length <= 700; length++) {
    const message = `${whole.slice(0, 300)}\n…\n${whole.slice(-length)}`;
    expect({ length, key: fingerprintError(message).key }).toEqual({ length, key: "ValueError: bad" });
  }
});
