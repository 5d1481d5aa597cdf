/** The API of the compiled binary: every route answers as `/openapi.json` declares it, and says what may be kept of its answer. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { Report } from "../../src/report/document/schema.ts";
import { serveDemo, type Served } from "../making/api-server.ts";
import { ask, findValues, HOSTILE, hostilePass, post } from "../making/asking.ts";
import { addressOf, readContract, type Contract } from "../making/contract.ts";
import { killLaunched } from "../making/scheduler.ts";

let served: Served;
let contract: Contract;
let values: Record<string, string>;

beforeAll(async () => {
  served = await serveDemo({ kept: [{ made: hostilePass(), origin: "hostile" }] });
  contract = await readContract(served.base);
  values = await findValues(served.base);
});

afterAll(async () => {
  expect(await served.stop()).toBe(0);
  killLaunched();
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

test("a parameter that a route does not know is told, whatever is asked", async () => {
  const asked = contract.operations.filter(({ path }) => path.startsWith("/api/v1/"));
  const taken: string[] = [];
  for (const operation of asked.filter(({ method }) => method === "GET")) {
    const address = new URL(addressOf(served.base, operation, values));
    address.searchParams.set("nobody", "1");
    const { status } = await ask(String(address));
    if (status < 400 || status >= 500) taken.push(`${operation.id} ${status}`);
  }
  expect(taken).toEqual([]);
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
      for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
        const allowed = async (path: string, headers: Record<string, string>) => {
          const answer = await fetch(`${guarded.base}${path}`, { method, headers });
          return [answer.status, answer.headers.get("allow")];
        };
        expect(await allowed("/api/v1/crms", viewer)).toEqual([405, "GET, HEAD"]);
        expect(await allowed("/api/v1/passes", viewer)).toEqual([405, "GET, HEAD, POST"]);
        expect(await allowed("/api/v1/nowhere", viewer)).toEqual([404, null]);
        expect(await allowed("/api/v1/crms", {})).toEqual([401, null]);
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
