/** Messages whose cause is at their end or inside: tracebacks of several languages, HTML, JSON. */
import { describe, expect, test } from "bun:test";
import { at, ENGINES, HOUR, judge, later, MINUTE } from "../making/cases.ts";
import { run } from "../making/warehouses.ts";

const FRAMES = Array.from(
  { length: 6 },
  (_, n) =>
    `  File "/usr/local/lib/python3.11/site-packages/django/core/management/base.py", line ${400 + n}, in run_from_argv\n    self.execute(*args, **cmd_options)`,
).join("\n");

/** A failed run an hour for each message. */
function failures(errors: string[]) {
  return errors.map((error, index) => {
    const start = later(at("07-10 10:00"), index * HOUR);
    return run({ start, end: later(start, MINUTE), status: "failed", error });
  });
}

describe.each(ENGINES)("%s", (engine) => {
  test("traceback-causes: six tracebacks with the same frames and six causes are six groups", async () => {
    const causes = [
      "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.example.com/x",
      "KeyError: 'properties'",
      "OSError: [Errno 28] No space left on device",
      'psycopg2.errors.UndefinedColumn: column "foo" does not exist',
      "requests.exceptions.ReadTimeout: timed out",
      "ValueError: bad",
    ];
    const runs = failures(causes.map((cause) => `Traceback (most recent call last):\n${FRAMES}\n${cause}`));
    const { error_groups: groups } = await judge(engine, { runs });
    expect(groups.map(({ count }) => count)).toEqual([1, 1, 1, 1, 1, 1]);
    const examples = groups.map(({ example }) => example ?? "").join("\n");
    for (const word of ["401", "KeyError", "No space left", "UndefinedColumn", "ReadTimeout", "ValueError"]) {
      expect(examples).toContain(word);
    }
    expect(groups.some(({ example }) => example?.startsWith("Traceback"))).toBe(false);
  });

  test("one cause below different frames is one group", async () => {
    const tail = "requests.exceptions.ReadTimeout: timed out";
    const runs = failures(
      [1, 2, 3].map(
        (n) => `Traceback (most recent call last):\n  File "/app/sync_${n}.py", line ${n}0, in f\n    go()\n${tail}`,
      ),
    );
    const { error_groups: groups } = await judge(engine, { runs });
    expect(groups).toMatchObject([{ count: 3, example: tail }]);
  });

  test("Java's last cause, Node's first line and PHP's message stand for their traces", async () => {
    const java = `org.app.SyncException: could not sync contacts\n\tat org.app.Sync.run(Sync.java:41)\nCaused by: java.net.SocketTimeoutException: Read timed out\n\tat java.net.SocketInputStream.read(SocketInputStream.java:150)\n\t... 12 more`;
    const node =
      "TypeError: Cannot read properties of undefined (reading 'id')\n    at sync (/app/sync.js:10:5)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)";
    const php =
      "PHP Fatal error:  Uncaught RuntimeException: Cursor expired in /app/Sync.php:20\nStack trace:\n#0 /app/run.php(3): Sync->run()\n#1 {main}\n  thrown in /app/Sync.php on line 20";
    const { error_groups: groups } = await judge(engine, { runs: failures([java, node, php]) });
    const examples = groups.map(({ example }) => example ?? "");
    expect(examples.find((example) => example.includes("SocketTimeoutException: Read timed out"))).toBeDefined();
    expect(examples.find((example) => example.startsWith("TypeError: Cannot read properties"))).toBeDefined();
    expect(examples.find((example) => example.includes("Cursor expired"))).toBeDefined();
    expect(examples.some((example) => example.includes("processTicks") || example.includes("{main}"))).toBe(false);
  });

  test("a page's title and a JSON answer's message are their causes", async () => {
    const html = `<!DOCTYPE html><html><head><style>body{margin:0}</style><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>`;
    const json = `{"status":"error","correlationId":"5d3f0c9e-0000-4000-8000-000000000000","category":"VALIDATION_ERROR","message":"Property values were not valid"}`;
    const { error_groups: groups } = await judge(engine, { runs: failures([html, json]) });
    const examples = groups.map(({ example }) => example ?? "").toSorted();
    expect(examples[0]).toContain("502 Bad Gateway");
    expect(examples[0]).not.toContain("margin");
    expect(examples[1]).toContain("Property values were not valid");
  });

  test("a long message is read where its cause is: in the middle of a trace, of a page, of a JSON answer, also days ago", async () => {
    const frames = (n: number) =>
      Array.from({ length: n }, (_, i) => `\tat org.app.module${i}.Worker.go(Worker.java:${i})\n`).join("");
    const java = ["java.io.IOException: No space left on device", "java.net.UnknownHostException: api.example.com"].map(
      (cause) =>
        `java.lang.RuntimeException: Sync failed\n${frames(90)}Caused by: org.app.Wrapped: again\n${frames(20)}Caused by: ${cause}\n${frames(60)}\t... 12 more\n`,
    );
    const rules = "body { margin: 0; padding: 0; color: #333; }\n";
    const html = `<!DOCTYPE html><html><head><style>${rules.repeat(40)}</style><title>502 Bad Gateway</title></head><body>${"<p>nginx</p>".repeat(90)}</body></html>`;
    const json = JSON.stringify({
      trace: "0123456789abcdef ".repeat(60),
      message: "Quota exceeded for reads",
      context: "x y ".repeat(300),
    });
    const { error_groups: groups } = await judge(engine, { runs: failures([...java, html, json]) });
    const examples = groups.map(({ example }) => example ?? "").toSorted();
    expect(examples).toEqual(
      [
        "502 Bad Gateway",
        "Quota exceeded for reads",
        "java.io.IOException: No space left on device",
        "java.net.UnknownHostException: api.example.com",
      ].map((cause) => expect.stringContaining(cause)),
    );
    const old = await judge(engine, { runs: failures(java).slice(0, 1) }, { as: "07-14 21:00" });
    expect(old.rules[0]?.newest_error).toContain("No space left on device");
  });

  test("a log without levels: six causes between progress and farewells are six groups", async () => {
    const causes = [
      "upsert failed: pq: deadlock detected",
      "dial tcp: lookup api.example.com: no such host",
      "unexpected status 401",
      "disk quota exceeded",
      'pq: column "emial" does not exist',
      "context deadline exceeded",
    ];
    const timed = (n: number, words: string) =>
      Array.from({ length: n }, (_, k) => `2026/07/10 20:00:${10 + (k % 50)} ${words} ${k}\n`).join("");
    const logs = causes.map(
      (cause) => `${timed(60, "fetched page")}2026/07/10 20:01:00 ${cause}\n${timed(20, "closing worker")}`,
    );
    const { error_groups: groups } = await judge(engine, { runs: failures(logs) });
    expect(new Set(groups.map(({ example }) => example))).toEqual(new Set(causes));
  });

  test("a long list of results in JSON: the one that failed is told", async () => {
    const done = Array.from({ length: 200 }, (_, k) => `{"id":"${k}","status":"COMPLETED"}`);
    const failed =
      '{"id":"x","status":"FAILED","errors":[{"code":"DUPLICATE_VALUE","message":"duplicate value found"}]}';
    const lists = [
      [...done, failed],
      [...done, failed, ...done],
    ].map((list) => `[${list.join(",")}]`);
    const { error_groups: groups } = await judge(engine, { runs: failures(lists) });
    expect(groups.map(({ count, example }) => [count, example])).toEqual([[2, "duplicate value found"]]);
  });

  const ROOTS = [
    "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.example.com/crm",
    "KeyError: 'hs_object_id'",
    "OSError: [Errno 28] No space left on device",
    'psycopg2.errors.UndefinedColumn: column "x" of relation "contacts" does not exist',
  ];
  const WORDS = ["401 Client Error", "KeyError", "No space left", "UndefinedColumn"];
  const lines = (n: number) =>
    Array.from(
      { length: n },
      (_, k) => `2026-07-10 20:40:${10 + (k % 50)},123 INFO sync.contacts fetched page ${k}\n`,
    ).join("");
  const writeFault = (root: string, before: string) =>
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">\n<s:Body>\n<s:Fault><faultcode>s:Server</faultcode><faultstring>An error occurred</faultstring>\n<detail>\n${before}<n:message xmlns:n="x">${root.replaceAll("<", "&lt;")}</n:message></detail></s:Fault></s:Body></s:Envelope>`;
  const chain = "\n\nThe above exception was the direct cause of the following exception:\n\n";
  const chained = (root: string, frames: string) =>
    `Traceback (most recent call last):\n${frames}\n${root}${chain}Traceback (most recent call last):\n${frames}\nsync.errors.SyncError: sync failed`;
  const trace = (root: string, count: number) =>
    `Traceback (most recent call last):\n${'  File "/app/celery/trace.py", line 7, in run\n    self.run()\n'.repeat(count)}${root}`;
  const ABOVE: Record<string, string> = {
    Celery: "[2026-07-10 20:00:00,123: ERROR/ForkPoolWorker-1] Task sync[1] raised unexpected",
    Airflow: "[2026-07-10, 20:00:00 UTC] {taskinstance.py:1824} ERROR - Task failed with exception",
    "a plain logger": "ERROR:root:sync failed",
    "a timed logger": "2026-07-10 20:00:00,123 ERROR sync.worker: sync failed",
    Prefect: "20:00:00.123 | ERROR   | Flow run 'red-fox' - Encountered an exception during execution:",
  };
  const steps = (root: string, frame: string) =>
    `dagster._core.errors.DagsterExecutionStepExecutionError: Error occurred while executing op "load":\n\nStack Trace:\n${frame}\nThe above exception was caused by the following exception:\n${root}\n\nStack Trace:\n${frame}`;
  const FORMS: { name: string; of: (root: string) => string }[] = [
    ...Object.entries(ABOVE).flatMap(([logger, line]) => [
      { name: `a trace behind an error of ${logger}`, of: (root: string) => `${line}\n${trace(root, 3)}` },
      { name: `a longer trace behind an error of ${logger}`, of: (root: string) => `${line}\n${trace(root, 12)}` },
      { name: `a long trace behind an error of ${logger}`, of: (root: string) => `${line}\n${trace(root, 40)}\n` },
    ]),
    {
      name: "a trace behind an error in a log that goes on",
      of: (root) => `${lines(30)}${ABOVE["a timed logger"]}\n${trace(root, 14)}\n${lines(4)}`,
    },
    {
      name: "a cause of Dagster's, above its frames",
      of: (root) => steps(root, '  File "/x.py", line 0, in execute\n    self.run()\n'),
    },
    {
      name: "a cause of Dagster's, above many frames",
      of: (root) => steps(root, '  File "/x.py", line 0, in execute\n    self.run()\n'.repeat(40)),
    },
    {
      name: "an answer of Airbyte's",
      of: (root) =>
        JSON.stringify({
          failure_type: "system_error",
          message: "Something went wrong in the connector. See the logs for more details.",
          internal_message: root,
        }),
    },
    { name: "a chain of exceptions", of: (root) => chained(root, '  File "/app/a.py", line 1, in f\n    g()') },
    {
      name: "a chain of exceptions with its cause in the middle",
      of: (root) => chained(root, FRAMES.slice(0, 320)),
    },
    { name: "a long chain of exceptions", of: (root) => chained(root, FRAMES) },
    {
      name: "the last line but one of a log",
      of: (root) => `${lines(100)}2026-07-10 20:40:00,000 ERROR sync.contacts ${root}\n${lines(1)}`,
    },
    {
      name: "a line within a long log",
      of: (root) => `${lines(30)}2026-07-10 20:40:00,000 ERROR sync.contacts ${root}\n${lines(30)}`,
    },
    {
      name: "JSON with msg and error",
      of: (root) => JSON.stringify({ level: "error", msg: "sync failed", error: root }),
    },
    {
      name: "JSON with message and cause",
      of: (root) => JSON.stringify({ message: "An error occurred", cause: root }),
    },
    {
      name: "JSON with message and detail",
      of: (root) => JSON.stringify({ message: "Sync of contacts failed", detail: root }),
    },
    {
      name: "long JSON with its cause at the end",
      of: (root) => JSON.stringify({ msg: "sync failed", context: { pages: "x y ".repeat(500) }, error: root }),
    },
    {
      name: "a SOAP fault with its detail",
      of: (root) => writeFault(root, ""),
    },
    {
      name: "a long SOAP fault, printed on lines",
      of: (root) => writeFault(root, "<n:page>no change</n:page>\n".repeat(90)),
    },
    {
      name: "the arguments of a driver's exception",
      of: (root) => `pyodbc.Error: ('HY000', '[HY000] [Driver 18] ${root.replaceAll("'", "\\'")} (0)')`,
    },
    {
      name: "a line within a short log",
      of: (root) => `${lines(6)}2026-07-10 20:40:00,000 ERROR sync.contacts ${root}\n${lines(6)}`,
    },
    {
      name: "lines of JSON",
      of: (root) =>
        [...Array.from({ length: 60 }, (_, k) => ({ level: "info", msg: `page ${k}` })), { level: "error", msg: root }]
          .map((line) => JSON.stringify(line))
          .join("\n"),
    },
    {
      name: "a page with the title Error",
      of: (root) =>
        `<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Error</h1><pre>${root}</pre></body></html>`,
    },
    {
      name: "a page in paragraphs",
      of: (root) => `<html><head><title>Error</title></head><body><h1>Error</h1><p>${root}</p></body></html>`,
    },
    {
      name: "a long page",
      of: (root) =>
        `<html><head><style>${"p { margin: 0 }\n".repeat(60)}</style><title>Internal Server Error</title><style>${"p { margin: 0 }\n".repeat(60)}</style></head><body><h1>Error</h1><pre>${root}</pre>${"<p>nginx</p>".repeat(90)}</body></html>`,
    },
    {
      name: "stderr after a long stdout",
      of: (root) => `Process exited with code 1\nstdout:\n${"ok\n".repeat(300)}stderr:\n${root}`,
    },
    { name: "a line in colours", of: (root) => `\u001b[31mERROR\u001b[0m \u001b[1m${root}\u001b[0m` },
    {
      name: "a session of SQLAlchemy's that failed before",
      of: (root) =>
        `sqlalchemy.exc.PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush. To begin a new transaction with this Session, first issue Session.rollback(). Original exception was: ${root}`,
    },
    {
      name: "a chain of anyhow's",
      of: (root) => `Error: sync failed\n\nCaused by:\n    0: could not load the page\n    1: ${root}`,
    },
    {
      name: "an answer below its headers",
      of: (root) =>
        `(500)\nReason: Internal Server Error\nHTTP response headers: HTTPHeaderDict({${"'X-Header': 'a b c', ".repeat(60)}})\nHTTP response body: ${JSON.stringify({ status: "error", message: root })}\n`,
    },
    {
      name: "the end of a long output",
      of: (root) => `Process exited with code 1\n${"page done\n".repeat(200)}${root}`,
    },
  ];
  test.each(FORMS)("$name: four causes are four groups, and shown", async ({ of }) => {
    const { error_groups: groups } = await judge(engine, { runs: failures(ROOTS.map(of)) });
    const examples = groups.map(({ example }) => example ?? "").join("\n");
    expect([groups.length, WORDS.filter((word) => !examples.includes(word))]).toEqual([4, []]);
    expect(new Set(groups.map(({ family }) => family))).toEqual(new Set(["authentication", "other", "missing-column"]));
  });
});
