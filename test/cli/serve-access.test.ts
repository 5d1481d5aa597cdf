/** Who gets in: the compiled executable with tokens, asked as browsers, programs and attackers ask. */
import { afterEach, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { directoryWith, runCli } from "../making/cli.ts";
import { until } from "../making/faults.ts";
import { killLaunched } from "../making/scheduler.ts";
import { DEAD_CRM, expectProblem, installServer, startServer, writeTokens, type Served } from "../making/serving.ts";

afterEach(killLaunched);

const OPS = "ops-canary-0123456789abcdef";
const PROM = "prom-canary-0123456789abcdef";
const BROWSER = { accept: "text/html,application/xhtml+xml" };
const form = (fields: Record<string, string>, headers = {}): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers,
});

function install(
  section = "",
  lines = [`ops read,run ${OPS}`, "", "# for scraping", `prometheus read ${PROM}`],
): string {
  const cwd = installServer(`token_file = "tokens"\n${section}`);
  writeTokens(cwd, lines);
  return cwd;
}

describe("what does not start: exit 2, and what to do", () => {
  const refuse = async (cwd: string) => {
    const { code, stderr } = await runCli(["serve"], { cwd });
    expect(code).toBe(2);
    return stderr;
  };

  test.each([{ listen: "0.0.0.0:8787" }, { listen: "[::]:8787" }, { listen: "192.0.2.1:8787" }])(
    "$listen without tokens",
    async ({ listen }) => {
      const stderr = await refuse(installServer(`listen = "${listen}"`));
      expect(stderr).toContain("automation-reports.toml:2:1: listen is an address that other machines reach");
      expect(stderr).toContain("add token_file, or listen on 127.0.0.1, or set behind_proxy = true");
    },
  );

  test("no such file, which may be the token itself", async () => {
    const cwd = installServer(`token_file = "${OPS}"`);
    const stderr = await refuse(cwd);
    expect(stderr).toContain(`token_file ${cwd}/… (the name may be a secret`);
    expect(stderr).toContain("and is not repeated): there is no such file");
    expect(stderr).not.toContain(OPS);
  });

  test("a file that every user may read", async () => {
    const cwd = install();
    chmodSync(join(cwd, "tokens"), 0o644);
    expect(await refuse(cwd)).toContain("tokens: every user may read it: chmod o-rwx");
  });

  test("a file that every user may write: anyone could add a token", async () => {
    const cwd = install();
    chmodSync(join(cwd, "tokens"), 0o622);
    expect(await refuse(cwd)).toContain("tokens: every user may write it, and add a token: chmod o-rwx");
  });

  test("an abstract socket", async () => {
    const stderr = await refuse(installServer('listen = "unix:@reports"'));
    expect(stderr).toContain("listen: an abstract socket is not listened on: write unix:PATH");
  });

  test.each<{ name: string; lines: string[]; says: string }>([
    {
      name: "nothing in it",
      lines: ["# none"],
      says: "no token stands in it: write lines such as NAME read,run TOKEN",
    },
    { name: "a short token", lines: ["ops read canary"], says: "line 1: a token has at least 20 letters" },
    {
      name: "two words",
      lines: ["ok read " + PROM, `ops ${OPS}`],
      says: "line 2: it has 2 words, and must have three",
    },
    { name: "an unknown scope", lines: [`ops read,write ${OPS}`], says: "line 1: what a token allows is read or run" },
    { name: "a name twice", lines: [`a read ${OPS}`, `a read ${PROM}`], says: "line 2: another line has that name" },
    { name: "a token twice", lines: [`a read ${OPS}`, `b run ${OPS}`], says: "line 2: another line has that token" },
    { name: "a name in capitals", lines: [`Ops read ${OPS}`], says: "line 1: a name is a small letter" },
  ])("$name", async ({ lines, says }) => {
    const stderr = await refuse(install("", lines));
    expect(stderr).toContain(says);
    expect(stderr).not.toContain("canary");
  });

  test("config check says the same; other commands need no token, and may not be able to read them", async () => {
    const cwd = installServer('token_file = "tokens"');
    expect(await runCli(["config", "check"], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`token_file ${cwd}/tokens: there is no such file`) as string,
    });
    expect((await runCli(["schedule", "list"], { cwd })).code).toBe(0);
  });

  test.each([
    { key: 'listen = "8787"', says: "listen must be ADDRESS:PORT such as 127.0.0.1:8787" },
    { key: 'listen = "example.com:80"', says: "listen must be ADDRESS:PORT" },
    { key: 'listen = "127.0.0.1:99999"', says: "listen must be ADDRESS:PORT" },
    { key: 'listen = "::1:8787"', says: "listen must be ADDRESS:PORT" },
    { key: 'listen = "unix:"', says: "listen names no socket: write unix:PATH" },
    { key: `listen = "unix:/${"x".repeat(120)}"`, says: "has at most 107 bytes" },
    { key: 'base_path = "reports"', says: "base_path must be a path such as /reports" },
    { key: 'base_path = "/reports/"', says: "base_path must be a path such as /reports" },
    { key: 'base_path = "/a/../b"', says: "must not contain . or .. as a part" },
    { key: 'hosts = ["https://reports.example.com"]', says: "hosts must be names such as reports.example.com" },
    { key: 'min_interval = "0s"', says: 'min_interval must be a duration such as "30s" (1s to 24h)' },
    { key: 'listn = "127.0.0.1:1"', says: 'unknown key "listn": did you mean listen?' },
  ])("$key", async ({ key, says }) => {
    expect(await refuse(directoryWith(`[serve]\n${key}\n${DEAD_CRM}`))).toContain(says);
  });
});

describe("with tokens", () => {
  let server: Served;
  const open = async (section = "") => {
    server = await startServer(install(section), ["serve", "--verbose"]);
    return server;
  };
  const logIn = async (token = OPS, next = "/") => await server.ask("/login", form({ token, next }));
  const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0] ?? "";

  test("a program sends one, or gets a problem and how to ask; health is open", async () => {
    await open();
    const refused = await server.ask("/api/v1/version");
    expect(refused.headers.get("www-authenticate")).toBe('Bearer realm="automation-reports"');
    expect(await expectProblem(refused, 401)).toMatchObject({
      detail: expect.stringContaining("Authorization: Bearer") as string,
    });
    const headers = { authorization: `Bearer ${PROM}` };
    expect((await server.ask("/api/v1/version", { headers })).status).toBe(200);
    await expectProblem(await server.ask("/api/v1/passes", { method: "POST", headers }), 403);
    expect([(await server.ask("/healthz")).status, (await server.ask("/readyz")).status]).toEqual([200, 200]);
    // Nothing that is kept is told to somebody without a token.
    await expectProblem(await server.ask("/api/v1/version"), 401);
  });

  test("a browser is led to the log-in and back, without script, and out again", async () => {
    await open();
    const led = await server.ask("/crms/hubspot?hours=24", { headers: BROWSER });
    expect([led.status, led.headers.get("location")]).toEqual([303, "/login?next=%2Fcrms%2Fhubspot%3Fhours%3D24"]);
    const page = await server.ask(led.headers.get("location")!, { headers: BROWSER });
    const html = await page.text();
    expect(html).toContain('name="next" type="hidden" value="/crms/hubspot?hours=24"');
    expect(html).not.toContain("<script");
    const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(html) ?? [];
    const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
    expect(page.headers.get("content-security-policy")).toContain(`style-src 'self' 'sha256-${hash}'`);
    const inside = await logIn(OPS, "/crms/hubspot?hours=24");
    expect([inside.status, inside.headers.get("location")]).toEqual([303, "/crms/hubspot?hours=24"]);
    expect(inside.headers.get("set-cookie")).toMatch(
      /^automation_reports=ops\.\d+\.[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
    );
    const headers = { cookie: cookieOf(inside) };
    expect((await server.ask("/api/v1/version", { headers })).status).toBe(200);
    const out = await server.ask("/logout", { ...form({}), headers });
    expect([out.status, out.headers.get("location"), out.headers.get("set-cookie")]).toEqual([
      303,
      "/login",
      "automation_reports=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
    ]);
    expect(server.said()).not.toContain("canary");
  });

  test("a link of another site sends no cookie: a page of ours asks again, once", async () => {
    await open();
    const headers = { ...BROWSER, "sec-fetch-site": "cross-site" };
    const page = await server.ask("/", { headers });
    expect([page.status, await page.text()]).toEqual([
      200,
      expect.stringContaining('<meta http-equiv="refresh" content="0">') as string,
    ]);
    const again = await server.ask("/", { headers: { ...BROWSER, "sec-fetch-site": "same-origin" } });
    expect(again.status).toBe(303);
  });

  test.each([
    "//evil.example/",
    "https://evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "/ok\r\nSet-Cookie: a=b",
    '/"><script>alert(1)</script>',
  ])("the log-in leads nowhere else: %j", async (next) => {
    await open();
    const page = await (await server.ask(`/login?next=${encodeURIComponent(next)}`)).text();
    expect(page).not.toMatch(/evil|javascript|alert\(1\)<|<script/);
    const inside = await logIn(OPS, next);
    expect(inside.headers.get("location")).not.toMatch(/^(?:\/\/|\/\\|\w+:)|[\r\n]/);
    expect(inside.headers.get("set-cookie")).not.toContain("a=b");
  });

  test("guessing is slow, for one who guesses; a right token of a program is not held up", async () => {
    await open("behind_proxy = true");
    const guess = async (token: string, address: string) =>
      await server.ask("/login", form({ token }, { "x-forwarded-for": address }));
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) statuses.push((await guess("wrong", "203.0.113.9")).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const held = await guess(OPS, "203.0.113.9");
    expect([held.status, Number(held.headers.get("retry-after"))]).toEqual([429, expect.any(Number) as number]);
    expect((await guess(OPS, "203.0.113.10")).status).toBe(303);
    const headers = { authorization: `Bearer ${PROM}`, "x-forwarded-for": "203.0.113.9" };
    expect((await server.ask("/api/v1/version", { headers })).status).toBe(200);
    expect(server.said()).toContain("a log-in was refused: the token is not known address=203.0.113.9");
  });

  test("another site cannot log its visitor in, nor out", async () => {
    await open();
    const headers = { origin: "https://evil.example" };
    await expectProblem(await server.ask("/login", form({ token: OPS }, headers)), 403);
    await expectProblem(await server.ask("/logout", form({}, headers)), 403);
  });

  test("behind a proxy with TLS the cookie is for TLS alone, and for the prefix alone", async () => {
    await open('behind_proxy = true\nbase_path = "/reports"\nhosts = ["reports.example.com"]');
    const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "reports.example.com" };
    const inside = await server.ask("/reports/login", form({ token: OPS, next: "/elsewhere" }, headers));
    expect(inside.headers.get("location")).toBe("/reports/");
    expect(inside.headers.get("set-cookie")).toMatch(/; Path=\/reports; .*; SameSite=Strict; Secure$/);
    const led = await server.ask("/api/v1/version?a=b", { headers: { ...headers, ...BROWSER } });
    expect(led.headers.get("location")).toBe("/reports/login?next=%2Freports%2Fapi%2Fv1%2Fversion%3Fa%3Db");
    await expectProblem(await server.ask("/", { headers: { "x-forwarded-host": "evil.example" } }), 421);
  });

  test("a token that is taken out of the file gets in no more, nor does its cookie", async () => {
    await open();
    const headers = { cookie: cookieOf(await logIn()) };
    expect((await server.ask("/api/v1/version", { headers })).status).toBe(200);
    await until(() => server.said().includes("scheduler started"));
    const stream = await server.ask("/api/v1/events", { headers });
    writeTokens(server.cwd, [`prometheus read ${PROM}`]);
    server.child.kill("SIGHUP");
    await until(() => server.said().includes("configuration reloaded"));
    // What was open is told, and ends.
    expect(await stream.text()).toContain("event: config");
    await expectProblem(await server.ask("/api/v1/version", { headers }), 401);
    await expectProblem(await server.ask("/api/v1/version", { headers: { authorization: `Bearer ${OPS}` } }), 401);
  });
});

test("every answer says what a browser may do with it, and none says that other sites may read it", async () => {
  const server = await startServer(installServer());
  const headers = { origin: "https://evil.example" };
  for (const path of ["/", "/api/v1/version", "/nothing", "/login", "/api/v1/events"]) {
    const response = await server.ask(path, { headers });
    await response.body?.cancel();
    const said = Object.fromEntries(response.headers);
    expect(said).toMatchObject({ "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin" });
    if (path === "/") expect(said["referrer-policy"]).toBe("no-referrer");
    expect(said["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(said["content-security-policy"]).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
    expect(Object.keys(said).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(said["cache-control"]).toBeDefined();
  }
});
