/** What may be asked of the server: sizes, shapes, numbers, slowness. The compiled executable, real sockets. */
import { afterEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { until } from "../making/faults.ts";
import { killLaunched } from "../making/scheduler.ts";
import { expectProblem, installServer, sendRaw, startServer, writeTokens, type Served } from "../making/serving.ts";

afterEach(killLaunched);

const rssMiB = ({ child }: Served) => {
  const [, kilobytes = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
};

describe("shapes", () => {
  test.each([
    { name: "no HTTP", bytes: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", says: /^(?:HTTP\/1\.1 400 |$)/ },
    { name: "rubbish", bytes: "GARBAGE\r\n\r\n", says: /^HTTP\/1\.1 400 / },
    { name: "no Host", bytes: "GET / HTTP/1.1\r\n\r\n", says: /^HTTP\/1\.1 400 / },
    { name: "HTTP/1.0 without Host", bytes: "GET / HTTP/1.0\r\n\r\n", says: /^HTTP\/1\.1 421 / },
    { name: "HTTP/1.0 without Host, of health", bytes: "GET /healthz HTTP/1.0\r\n\r\n", says: /^HTTP\/1\.1 200 / },
    {
      name: "HTTP/1.0 without Host, of readiness",
      bytes: "OPTIONS /readyz HTTP/1.0\r\n\r\n",
      says: /^HTTP\/1\.1 (200|503) /,
    },
    { name: "a Host with a blank", bytes: "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", says: /^HTTP\/1\.1 421 / },
    { name: "two Hosts", bytes: "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n", says: /^HTTP\/1\.1 4/ },
    {
      name: "an absolute address of another server",
      bytes: "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
      says: /^HTTP\/1\.1 421 /,
    },
    {
      name: "a length and chunks",
      bytes:
        "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      says: /^HTTP\/1\.1 400 /,
    },
    {
      name: "300 headers",
      bytes: `GET / HTTP/1.1\r\nHost: localhost\r\n${"X-A: 1\r\n".repeat(300)}\r\n`,
      says: /^HTTP\/1\.1 431 /,
    },
    {
      name: "a header of 20 KB",
      bytes: `GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`,
      says: /^HTTP\/1\.1 431 /,
    },
    {
      name: "an odd percent sign",
      bytes: "GET /%zz%00%ff HTTP/1.1\r\nHost: localhost\r\n\r\n",
      says: /^HTTP\/1\.1 404 /,
    },
    {
      name: "a way out",
      bytes: "GET /assets/../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
      says: /^HTTP\/1\.1 404 /,
    },
    {
      name: "a way out in other letters",
      bytes: "GET /assets/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\n\r\n",
      says: /^HTTP\/1\.1 404 /,
    },
  ])("$name", async ({ bytes, says }) => {
    const server = await startServer(installServer());
    const answer = await sendRaw(server.url, bytes, 500);
    expect(answer).toMatch(says);
    expect(answer).not.toMatch(/\/(?:tmp|root|home|\$bunfs)\b|root:/);
    expect((await server.ask("/healthz")).status).toBe(200);
    expect(server.said()).not.toContain("a bug");
  });

  test("HEAD is GET without a body; a method that an address does not take is said with those it takes", async () => {
    const server = await startServer(installServer());
    const head = await server.ask("/api/v1/version", { method: "HEAD" });
    expect([head.status, await head.text(), head.headers.get("content-type")]).toEqual([200, "", "application/json"]);
    const response = await server.ask("/api/v1/version", { method: "POST" });
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    await expectProblem(response, 405);
  });
});

describe("sizes", () => {
  test.each([
    { name: "with its length", body: "x".repeat(70_000) },
    {
      name: "in chunks",
      body: new ReadableStream({
        start: (controller) => {
          for (let count = 0; count < 70; count += 1) controller.enqueue(new Uint8Array(1000));
          controller.close();
        },
      }),
    },
  ])("a body of 70 KB $name is refused", async ({ body }) => {
    const server = await startServer(installServer());
    const { detail } = await expectProblem(await server.ask("/login", { method: "POST", body }), 413);
    expect(detail).toBe("A request's body has at most 65536 bytes.");
  });

  test("a body of 100 MB is not even received", async () => {
    const server = await startServer(installServer());
    const before = rssMiB(server);
    const answer = await sendRaw(
      server.url,
      `POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n${"x".repeat(2_000_000)}`,
      500,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(rssMiB(server) - before).toBeLessThan(30);
  });
});

test("what has not changed is not sent again; what is long is compressed for who takes it", async () => {
  const cwd = installServer('token_file = "tokens"');
  writeTokens(cwd, ["ops read canary-0123456789abcdef"]);
  const server = await startServer(cwd);
  const headers = { authorization: "Bearer canary-0123456789abcdef" };
  const etag = (await server.ask("/api/v1/version", { headers })).headers.get("etag") ?? "";
  const again = await server.ask("/api/v1/version", { headers: { ...headers, "if-none-match": etag } });
  expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
  expect(again.headers.get("cache-control")).toBe("private, no-cache");
  const [packed, plain] = [
    await server.ask("/login"),
    await server.ask("/login", { headers: { "accept-encoding": "identity" } }),
  ];
  expect([packed, plain].map((page) => page.headers.get("content-encoding"))).toEqual(["gzip", null]);
  expect([packed, plain].map((page) => page.headers.get("vary"))).toEqual(["Accept-Encoding", "Accept-Encoding"]);
  expect(await plain.text()).toBe(await packed.text());
});

describe("event streams", () => {
  const open = async ({ url }: Served, headers = ""): Promise<{ socket: Socket; text: () => string }> => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", () => socket.destroy());
    socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
    await until(() => text.includes("\r\n\r\n"));
    return { socket, text: () => text };
  };

  test("500 pages are told of a new configuration; the 1001st is told to wait; memory stays", async () => {
    const server = await startServer(installServer());
    await until(() => server.said().includes("scheduler started"));
    const before = rssMiB(server);
    const pages = await Promise.all(Array.from({ length: 500 }, async () => await open(server)));
    server.child.kill("SIGHUP");
    await until(() => pages.every(({ text }) => text().includes("event: config")));
    expect(rssMiB(server) - before).toBeLessThan(60);
    const more = await Promise.all(Array.from({ length: 500 }, async () => await open(server)));
    const last = await open(server);
    expect(last.text()).toMatch(/^HTTP\/1\.1 503 [\s\S]*Too many pages are open/);
    for (const { socket } of [...pages, ...more, last]) socket.destroy();
    // Those that went have made room.
    await until(async () => {
      const response = await server.ask("/api/v1/events");
      await response.body?.cancel();
      return response.status === 200;
    });
  });

  test("a page that comes back is told what it missed", async () => {
    const server = await startServer(installServer());
    await until(() => server.said().includes("scheduler started"));
    const first = await open(server);
    await until(() => /id: \S+/.test(first.text()));
    const [, id = ""] = /id: (\S+)/.exec(first.text()) ?? [];
    first.socket.destroy();
    server.child.kill("SIGHUP");
    await until(() => server.said().includes("configuration reloaded"));
    const again = await open(server, `Last-Event-ID: ${id}\r\n`);
    await until(() => again.text().includes("event: config"));
    expect(again.text()).not.toContain("event: hello");
    const stranger = await open(server, "Last-Event-ID: of-another-process-7\r\n");
    await until(() => stranger.text().includes("event: resync"));
    for (const { socket } of [again, stranger]) socket.destroy();
  });

  test("the stream says how long to wait, is neither cached nor compressed, and beats", async () => {
    const server = await startServer(installServer());
    const page = await open(server, "Accept-Encoding: gzip\r\n");
    expect(page.text()).toContain("Content-Type: text/event-stream");
    expect(page.text()).toContain("Cache-Control: no-store");
    expect(page.text()).not.toContain("Content-Encoding");
    await until(() => page.text().includes("retry: 2000\n\n"));
    const deadline = Date.now() + 20_000;
    while (!page.text().includes(": \n\n") && Date.now() < deadline) await Bun.sleep(50);
    expect(page.text()).toContain(": \n\n");
    page.socket.destroy();
  });
});

test("a request that arrives letter by letter is given up, and holds up nobody", async () => {
  const server = await startServer(installServer());
  const { hostname, port } = new URL(server.url);
  const slow = Array.from({ length: 50 }, () => {
    const socket = connect({ host: hostname, port: Number(port) });
    const state = { socket, closed: false };
    socket.on("error", () => socket.destroy());
    socket.on("close", () => (state.closed = true));
    socket.write("GET / HTTP/1.1\r\nX-");
    return state;
  });
  const dripping = setInterval(() => {
    for (const { socket, closed } of slow) if (!closed) socket.write("a");
  }, 1000);
  expect((await server.ask("/healthz")).status).toBe(200);
  const deadline = Date.now() + 45_000;
  while (slow.some(({ closed }) => !closed) && Date.now() < deadline) await Bun.sleep(100);
  clearInterval(dripping);
  expect(slow.filter(({ closed }) => !closed)).toEqual([]);
});
