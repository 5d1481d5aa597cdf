/** Who may ask, as tables of sentences. */
import { describe, expect, test } from "bun:test";
import { describeAsker, admit, type GateRules } from "../../src/server/security/gate.ts";
import { rememberKnownHosts } from "../../src/server/security/hosts.ts";
import { COOKIE, digestTokens, LOGGED_IN_MS, writeSession } from "../../src/server/security/tokens.ts";

const NOW = Date.parse("2026-07-10T21:00:00Z");
const OPS = "ops-token-0123456789abcdef";
const PROM = "prom-token-0123456789abcdef";
const tokens = digestTokens([
  { name: "ops", scopes: ["read", "run"], token: OPS },
  { name: "prometheus", scopes: ["read"], token: PROM },
  { name: "cron", scopes: ["run"], token: "cron-token-0123456789abcdef" },
]);
const [ops, prometheus] = tokens;
const hosts = ["reports.example.com"];
const OPEN: GateRules = { behindProxy: false, hosts, tokens: null, isKnownHost: rememberKnownHosts(hosts) };
const LOCKED: GateRules = { ...OPEN, tokens };

type Asked = { method?: string; path?: string; headers?: Record<string, string>; rules?: GateRules };

function judge({ method = "GET", path = "/api/v1/status", headers = {}, rules = OPEN }: Asked): string {
  const request = { method, headers: new Headers({ host: "localhost:8787", ...headers }) };
  const admission = admit(request, path, rules, NOW);
  if (admission.kind === "admitted") return `${admission.principal.name}, ${admission.principal.by}`;
  return admission.kind === "refused"
    ? String(admission.problem.status)
    : `log in${admission.fromElsewhere ? ", from elsewhere" : ""}`;
}

describe("names under which it is asked", () => {
  test.each([
    { name: "localhost with a port", host: "localhost:8787", is: true },
    { name: "below localhost, which is this machine everywhere", host: "reports.localhost", is: true },
    { name: "an address", host: "127.0.0.1:8787", is: true },
    { name: "an address of a network", host: "192.168.1.7", is: true },
    { name: "IPv6", host: "[::1]:8787", is: true },
    { name: "a configured name", host: "reports.example.com", is: true },
    { name: "in capitals, with the root's dot", host: "Reports.Example.COM.:443", is: true },
    { name: "another name, which may be made to point here", host: "evil.example", is: false },
    { name: "a name that begins like one", host: "reports.example.com.evil.example", is: false },
    { name: "a name that ends like one", host: "evilreports.example.com", is: false },
    { name: "none", host: "", is: false },
    { name: "two at once", host: "localhost, evil.example", is: false },
    { name: "a path in it", host: "localhost/x", is: false },
    { name: "a user in it", host: "localhost@evil.example", is: false },
    { name: "a number that is an address for some", host: "2130706433", is: false },
  ])("$name", ({ host, is }) => {
    expect(judge({ headers: { host } })).toBe(is ? "anyone, nothing" : "421");
  });

  test("remembering changes nothing", () => {
    const isKnown = rememberKnownHosts(hosts);
    expect([isKnown("evil.example"), isKnown("evil.example"), isKnown("localhost"), isKnown("localhost")]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test.each([
    { name: "believed behind a proxy", forwarded: "reports.example.com", is: "anyone, nothing" },
    { name: "judged too", forwarded: "evil.example", is: "421" },
    { name: "only the proxy's own, the last", forwarded: "evil.example, reports.example.com", is: "anyone, nothing" },
  ])("X-Forwarded-Host is $name", ({ forwarded, is }) => {
    const headers = { "x-forwarded-host": forwarded };
    expect(judge({ headers, rules: { ...OPEN, behindProxy: true } })).toBe(is);
    expect(judge({ headers })).toBe("anyone, nothing");
  });

  test("a page that rebinds its name cannot hide it behind X-Forwarded-Host", () => {
    const headers = { host: "evil.example", "x-forwarded-host": "localhost" };
    expect(judge({ headers, rules: { ...OPEN, behindProxy: true } })).toBe("421");
  });
});

describe("changes", () => {
  test.each([
    { name: "a program's", headers: {}, is: "anyone, nothing" },
    { name: "a page of ours", headers: { "sec-fetch-site": "same-origin" }, is: "anyone, nothing" },
    { name: "typed by the user", headers: { "sec-fetch-site": "none" }, is: "anyone, nothing" },
    { name: "another site's", headers: { "sec-fetch-site": "cross-site" }, is: "403" },
    { name: "a neighbour's", headers: { "sec-fetch-site": "same-site" }, is: "403" },
    { name: "ours, by its origin", headers: { origin: "http://localhost:8787" }, is: "anyone, nothing" },
    { name: "another port's", headers: { origin: "http://localhost:3000" }, is: "403" },
    { name: "another's, by its origin", headers: { origin: "https://evil.example" }, is: "403" },
    { name: "of no origin: a frame in a box", headers: { origin: "null" }, is: "403" },
    {
      name: "through a proxy that asks by address",
      headers: { origin: "https://reports.example.com" },
      is: "anyone, nothing",
    },
  ])("$name", ({ headers, is }) => {
    expect(judge({ method: "POST", headers })).toBe(is);
  });

  test("another site's change is refused by whatever method it comes", () => {
    expect(judge({ method: "DELETE", headers: { "sec-fetch-site": "cross-site" } })).toBe("403");
  });

  test("looking is nobody's change", () => {
    expect(judge({ headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" } })).toBe(
      "anyone, nothing",
    );
  });
});

describe("tokens", () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const session = (token = ops!, at = NOW) => ({ cookie: `other=1; ${COOKIE}=${writeSession(token, at)}` });
  test.each<Asked & { name: string; is: string }>([
    { name: "none", is: "401" },
    { name: "a right one", headers: bearer(PROM), is: "prometheus, token" },
    { name: "in another spelling", headers: { authorization: `bearer  ${PROM}` }, is: "prometheus, token" },
    { name: "a wrong one", headers: bearer(`${PROM}x`), is: "401" },
    { name: "the beginning of one", headers: bearer(PROM.slice(0, -1)), is: "401" },
    { name: "an empty one", headers: { authorization: "Bearer " }, is: "401" },
    { name: "another scheme", headers: { authorization: `Basic ${btoa(`ops:${OPS}`)}` }, is: "401" },
    { name: "a huge one", headers: bearer("x".repeat(10_000)), is: "401" },
    { name: "asking for a report without run", method: "POST", headers: bearer(PROM), is: "403" },
    { name: "asking for a report", method: "POST", headers: bearer(OPS), is: "ops, token" },
    // Which methods there are is each route's to say.
    { name: "by a method of no route", method: "DELETE", headers: bearer(PROM), is: "prometheus, token" },
    { name: "by a method of no route, without a token", method: "DELETE", is: "401" },
    { name: "looking without read", headers: bearer("cron-token-0123456789abcdef"), is: "403" },
    { name: "the log-in, for nobody", path: "/login", is: "nobody, nothing" },
    { name: "style, for nobody", path: "/assets/page.css", is: "nobody, nothing" },
    { name: "what only begins like it", path: "/login/x", is: "401" },
    { name: "a browser", headers: { accept: "text/html,*/*" }, is: "log in" },
    {
      name: "a browser that follows a link of another site",
      headers: { accept: "text/html", "sec-fetch-site": "cross-site" },
      is: "log in, from elsewhere",
    },
    { name: "a cookie", headers: session(), is: "ops, cookie" },
    { name: "a cookie that is over", headers: session(ops, NOW - LOGGED_IN_MS), is: "401" },
    { name: "a cookie of a read token asks for a report", method: "POST", headers: session(prometheus), is: "403" },
    {
      name: "a cookie that says it is another's",
      headers: { cookie: session(prometheus).cookie.replace("prometheus", "ops") },
      is: "401",
    },
    {
      name: "a cookie that says it lasts longer",
      headers: { cookie: session().cookie.replace(/\.\d+\./, ".99999999999.") },
      is: "401",
    },
    { name: "a cookie without a signature", headers: { cookie: `${COOKIE}=ops.99999999999.` }, is: "401" },
    { name: "a cookie of rubbish", headers: { cookie: `${COOKIE}=;${COOKIE};=;..` }, is: "401" },
    {
      name: "a wrong token beside a right cookie: the token counts",
      headers: { ...session(), ...bearer("wrong-token-0123456789") },
      is: "401",
    },
  ])("$name", ({ is, ...asked }) => {
    expect(judge({ rules: LOCKED, ...asked })).toBe(is);
  });

  test("a new token of that name ends the log-ins of the old one", () => {
    const renewed = digestTokens([{ name: "ops", scopes: ["read"], token: "another-token-0123456789" }]);
    expect(judge({ headers: session(), rules: { ...OPEN, tokens: renewed } })).toBe("401");
  });
});

describe("who asks", () => {
  const headers = {
    host: "127.0.0.1:8787",
    "x-forwarded-for": "10.0.0.1, 203.0.113.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "reports.example.com",
  };
  test.each([
    {
      name: "as the proxy says",
      headers,
      behindProxy: true,
      is: { address: "203.0.113.9", origin: "https://reports.example.com" },
    },
    {
      name: "as the connection says, where no proxy is",
      headers,
      behindProxy: false,
      is: { address: "127.0.0.1", origin: "http://127.0.0.1:8787" },
    },
    {
      name: "as the connection says, where the proxy says rubbish",
      headers: { host: "localhost", "x-forwarded-for": "unknown", "x-forwarded-proto": "javascript" },
      behindProxy: true,
      is: { address: "127.0.0.1", origin: "http://localhost" },
    },
  ])("$name", ({ headers: given, behindProxy, is }) => {
    const { readAddress, origin } = describeAsker({ headers: new Headers(given) }, () => "127.0.0.1", { behindProxy });
    expect({ address: readAddress(), origin }).toEqual(is);
  });
});
