/** The API of the compiled binary: every answer is as `/openapi.json` declares it, whatever is asked. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import * as fc from "fast-check";
import { addressOf, readContract, type Contract, type Operation } from "../making/contract.ts";
import { serveDemo, type Served } from "../making/api-server.ts";
import type { Report } from "../../src/report/schema.ts";
import { draws, isLong } from "../making/draws.ts";
import { killLaunched } from "../making/scheduler.ts";
import { madePass } from "../making/stores.ts";
import { ruleOf } from "../making/rules.ts";
import { activity, report } from "../making/activities.ts";

/** What a database may hold: markup, a line's end, the other direction, half a character. */
const HOSTILE = "<script>alert(1)</script>\"'&\n\u202egpj.exe\u0000\ud800 %s ${x} {{y}}";
/** A value that nothing may repeat. */
const MARKER = "zq7marker";
const SECRET = "hunter2-of-the-warehouse";

let served: Served;
let contract: Contract;
let values: Record<string, string>;

beforeAll(async () => {
  const past = madePass(["hubspot"], new Date().toISOString());
  served = await serveDemo({
    kept: [{ made: { ...past, reports: past.reports.map(makeHostile) }, origin: "hostile" }],
    crms: `[crm.away]\nurl = "postgresql://reader:${SECRET}@127.0.0.1:1/none"\ntimeout = "2s"
[crm.missing]
url = "sqlite:nowhere.sqlite"
[crm.empty]
url = "sqlite:empty.sqlite"
`,
  });
  contract = await readContract(served.base);
  values = await findValues();
}, 60_000);

afterAll(async () => {
  expect(await served.stop()).toBe(0);
  killLaunched();
});

/** Of a window that is long ago: it is nowhere the newest. */
function makeHostile({ metadata }: Report): Report {
  const made = report(
    activity({ rules: [ruleOf(HOSTILE, { runs: "sff", everyMinutes: 60, error: `${HOSTILE} failed` })] }),
    { detailed: true },
  );
  return {
    ...made,
    metadata: { ...made.metadata, pass_id: metadata.pass_id, report_generated_at: metadata.report_generated_at },
  };
}

/** A real value for each parameter. */
async function findValues(): Promise<Record<string, string>> {
  const get = async (path: string): Promise<unknown> => await (await fetch(`${served.base}/api/v1${path}`)).json();
  const { reports } = (await get("/reports?crm=hubspot&origin=adhoc&limit=1")) as {
    reports: { id: string; pass_id: string }[];
  };
  const { errors } = (await get("/errors")) as { errors: { fingerprint: string }[] };
  const { schedules } = (await get("/schedules")) as { schedules: { name: string }[] };
  return {
    crm: "hubspot",
    rule: "deals",
    id: reports[0]?.id ?? "",
    pass: reports[0]?.pass_id ?? "",
    fingerprint: errors[0]?.fingerprint ?? "",
    metric: "success_ratio",
    schedule: schedules[0]?.name ?? "",
  };
}

type Asked = { status: number; type: string; text: string; headers: Headers };

type Init = { method?: string; headers?: Record<string, string>; body?: string };

async function ask(address: string, init: Init = {}): Promise<Asked> {
  const response = await fetch(address, { redirect: "manual", ...init });
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    text: await response.text(),
    headers: response.headers,
  };
}

const post = (body: string, type = "application/json"): Init => ({
  method: "POST",
  headers: { "content-type": type },
  body,
});

test("a validator that is not ours accepts the document", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(contract.document);
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  expect(validator.version).toBe("3.1");
});

test("every route answers as it is declared", async () => {
  const problems: string[] = [];
  const statuses: Record<string, number> = {};
  for (const operation of contract.operations) {
    const id = operation.path.endsWith("/passes/{id}") ? values["pass"] : values["id"];
    const { crm = "", ...others } = values;
    const wantsCrm = operation.path.includes("{crm}") || operation.id === "getLatestReport";
    const address = addressOf(served.base, operation, { ...others, id: id ?? "", ...(wantsCrm ? { crm } : {}) });
    const answer = await ask(address, operation.method === "POST" ? post('{"crms":["hubspot"]}') : {});
    statuses[operation.id] = answer.status;
    problems.push(...contract.check({ operation, ...answer }));
  }
  expect(problems).toEqual([]);
  // The demo has failures, and one CRM has no warehouse; a request of that id was never made.
  const odd = Object.entries(statuses).filter(([, status]) => status !== 200);
  expect(Object.fromEntries(odd)).toEqual({
    getStatus: 503,
    getCrmStatus: 503,
    requestPass: 202,
    getPassRequest: 404,
    ...(values["schedule"] === "" ? { getSchedule: 404 } : {}),
  });
});

describe("what may be kept of an answer", () => {
  const CHECKED = "private, no-cache";
  const FIXED = "private, max-age=86400, immutable";
  test.each<[path: () => string, caching: string]>([
    [() => "/api/v1/crms", CHECKED],
    [() => "/api/v1/crms/arrivy/status", CHECKED],
    [() => "/api/v1/badge.svg", CHECKED],
    [() => "/api/v1/crms/hubspot/rules/deals", CHECKED],
    [() => "/api/v1/reports", CHECKED],
    [() => "/api/v1/reports/latest?crm=hubspot", CHECKED],
    [() => `/api/v1/reports/${values["id"]}`, FIXED],
    [() => `/api/v1/passes/${values["pass"]}`, FIXED],
    [() => "/api/v1/schedules", CHECKED],
    [() => "/api/v1/version", CHECKED],
    [() => "/openapi.json", CHECKED],
  ])("%s", async (path, caching) => {
    const whole = await ask(`${served.base}${path()}`);
    const tag = whole.headers.get("etag") ?? "";
    expect({ status: whole.status, caching: whole.headers.get("cache-control") }).toEqual({ status: 200, caching });
    expect(tag).toMatch(/^W\/"\w+"$/);
    // A proxy may have made the tag strong, and a client may know others too.
    for (const known of [tag, tag.slice(2), `"other", ${tag}`]) {
      const again = await ask(`${served.base}${path()}`, { headers: { "if-none-match": known } });
      expect({ status: again.status, text: again.text, caching: again.headers.get("cache-control") }).toEqual({
        status: 304,
        text: "",
        caching,
      });
    }
    const other = await ask(`${served.base}${path()}`, { headers: { "if-none-match": '"other"' } });
    expect(other.status).toBe(200);
  });

  test("nothing of what is wrong, of a request's state, and of the metrics", async () => {
    const paths = ["/api/v1/reports?limit=x", "/api/v1/crms/none", "/metrics"];
    const asked = await Promise.all(paths.map(async (path) => await ask(`${served.base}${path}`)));
    const requested = await ask(`${served.base}/api/v1/passes`, post('{"crms":["callrail"],"time_window":"1h"}'));
    const state = await ask(`${served.base}${requested.headers.get("location") ?? ""}`);
    for (const { headers } of [...asked, requested, state]) expect(headers.get("cache-control")).toBe("no-store");
    expect(state.status).toBe(200);
  });

  test("that something is critical is told whole, whatever is known", async () => {
    const critical = await ask(`${served.base}/api/v1/status`, { headers: { "if-none-match": "*" } });
    expect(critical.status).toBe(503);
    expect(critical.text).toStartWith("critical: ");
    expect(critical.headers.get("etag")).toBeNull();
  });
});

test("text or JSON, as it is asked for", async () => {
  const typeOf = async (path: string, accept: string) =>
    (await ask(`${served.base}/api/v1/status${path}`, { headers: { accept } })).type.split(";")[0];
  expect(await typeOf("", "*/*")).toBe("text/plain");
  expect(await typeOf("", "application/json")).toBe("application/json");
  expect(await typeOf("", "text/html,application/json;q=0.5")).toBe("application/json");
  expect(await typeOf("?format=json", "*/*")).toBe("application/json");
  expect(await typeOf("?format=text", "application/json")).toBe("text/plain");
});

test("a rule whose name is markup is found by it, and stays text", async () => {
  const { text } = await ask(`${served.base}/api/v1/reports?origin=hostile`);
  const [{ id }] = (JSON.parse(text) as { reports: [{ id: string }] }).reports;
  const kept = await ask(`${served.base}/api/v1/reports/${id}`);
  expect((JSON.parse(kept.text) as Report).rules[0]?.rule_name).toBe(HOSTILE);
  expect(kept.type).toBe("application/json");
  // Nothing acts, whoever shows the bytes.
  expect(kept.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\ud800-\udfff]/);
});

describe("whatever is asked", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "",
      "0",
      "-1",
      "1e999",
      "NaN",
      "null",
      "true",
      "[]",
      "{}",
      "..",
      "../../etc/passwd",
      "%00",
      "%2e%2e%2f",
      "' OR 1=1 --",
      "<script>alert(1)</script>",
      "${jndi:ldap://x}",
      "\u0000",
      "\ud800",
      "\u202e",
      "constructor",
      "__proto__",
      "9".repeat(400),
      "é漢\u{1f600}",
      "x".repeat(3000),
    ),
    fc.integer().map(String),
    fc.double().map(String),
  );
  const marked = texts.map((text) => `${MARKER}${text}`);

  const leaks = (text: string, headers: Headers): string[] => {
    const all = `${text}\n${[...headers].map(([name, value]) => `${name}: ${value}`).join("\n")}`;
    const found = [MARKER, SECRET, served.directory, "node_modules", ".ts:", "/$bunfs", "    at "];
    return found.filter((sign) => all.includes(sign)).map((sign) => `leaks ${sign}`);
  };

  const drawn = (operation: Operation) =>
    fc.record({
      chosen: fc.record(
        Object.fromEntries(
          operation.parameters.map(({ name, in: where }) => [
            name,
            fc.oneof(
              { weight: 2, arbitrary: fc.constant(values[name] ?? "") },
              { weight: 2, arbitrary: texts },
              { weight: 2, arbitrary: marked },
              ...(where === "query" ? [{ weight: 1, arbitrary: fc.array(texts, { minLength: 2, maxLength: 3 }) }] : []),
            ),
          ]),
        ),
        { requiredKeys: operation.parameters.filter(({ in: where }) => where === "path").map(({ name }) => name) },
      ),
      extra: fc.option(fc.tuple(marked, texts), { freq: 5 }),
      accept: fc.option(fc.constantFrom("application/json", "text/html", "*/*;q=0", "x", "", `${MARKER}/x`), {
        freq: 3,
      }),
      body: fc.oneof(
        fc.json({ maxDepth: 3 }),
        texts,
        marked,
        fc
          .record({
            crms: fc.array(fc.oneof(texts, marked, fc.constant("hubspot"))),
            time_window: fc.oneof(texts, marked),
          })
          .map((one) => JSON.stringify(one)),
        fc.constant("[".repeat(20_000)),
        fc.constant(`{"crms":["${"a".repeat(70_000)}"]}`),
      ),
      type: fc.constantFrom("application/json", "text/plain", "application/x-www-form-urlencoded", ""),
    });

  test("no answer is undeclared, none repeats the input or tells of this machine, and the server lives", async () => {
    let asked = 0;
    const found: string[] = [];
    const codes: Record<number, number> = {};
    for (const operation of contract.operations) {
      await fc.assert(
        fc.asyncProperty(drawn(operation), async ({ chosen, extra, accept, body, type }) => {
          const filled = Object.fromEntries(
            Object.entries(chosen).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
          );
          // A part of the path that is empty or only dots makes another path of it.
          const isOther = operation.parameters.some(
            ({ in: where, name }) => where === "path" && /^\.{0,2}$/.test(String(filled[name] ?? "")),
          );
          if (isOther) return;
          let address = addressOf(served.base, operation, wellFormed(filled));
          if (extra !== null)
            address += `${address.includes("?") ? "&" : "?"}${encodeURIComponent(extra[0].toWellFormed())}=${encodeURIComponent(extra[1].toWellFormed())}`;
          const init = operation.method === "POST" ? post(body, type) : {};
          const headers = {
            ...init.headers,
            ...(accept === null ? {} : { accept }),
          };
          const answer = await ask(address, { ...init, headers });
          asked += 1;
          codes[answer.status] = (codes[answer.status] ?? 0) + 1;
          const problems = [...contract.check({ operation, ...answer }), ...leaks(answer.text, answer.headers)];
          for (const problem of problems)
            found.push(
              `${problem} (${operation.method} ${address.slice(0, 200)} ${operation.method === "POST" ? body.slice(0, 80) : ""})`,
            );
        }),
        draws(30, 600),
      );
    }
    if (isLong) console.log(`${asked} requests, by status: ${JSON.stringify(codes)}`);
    expect([...new Set(found)].slice(0, 10)).toEqual([]);
    expect(asked).toBeGreaterThan(contract.operations.length * 10);
    expect((await ask(`${served.base}/healthz`)).status).toBe(200);
    expect(served.log()).not.toContain("a bug in automation-reports");
    expect(served.log()).not.toContain(SECRET);
  }, 1_700_000);
});

describe("with tokens", () => {
  test("reading and asking for reports are two scopes, and every refusal is as declared", async () => {
    const guarded = await serveDemo({
      tokens: "viewer read 0123456789abcdef0123456789abcdef\nrunner read,run fedcba9876543210fedcba9876543210\n",
    });
    try {
      const as = (token: string) => ({ authorization: `Bearer ${token}` });
      const viewer = as("0123456789abcdef0123456789abcdef");
      const runner = as("fedcba9876543210fedcba9876543210");
      const { operations, check } = await readContract(guarded.base, { headers: viewer });
      const statuses: Record<string, number[]> = {};
      for (const operation of operations) {
        const address = addressOf(guarded.base, operation, values);
        const init = operation.method === "POST" ? post("{}") : {};
        for (const headers of [{}, as("x"), viewer, runner]) {
          const answer = await ask(address, { ...init, headers: { ...init.headers, ...headers } });
          (statuses[operation.method] ??= []).push(answer.status);
          expect(check({ operation, ...answer })).toEqual([]);
        }
      }
      expect(statuses["POST"]).toEqual([401, 401, 403, 202]);
      const [anonymous, wrong] = [0, 1].map(
        (n) => new Set((statuses["GET"] ?? []).filter((_, index) => index % 4 === n)),
      );
      expect([anonymous, wrong]).toEqual([new Set([401]), new Set([401])]);
    } finally {
      expect(await guarded.stop()).toBe(0);
    }
  });
});

function wellFormed(chosen: Record<string, string | string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(chosen).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((one) => one.toWellFormed()) : value.toWellFormed(),
    ]),
  );
}
