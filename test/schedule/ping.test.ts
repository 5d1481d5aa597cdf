/** Against real HTTP servers on this machine. */
import { afterAll, describe, expect, test, spyOn } from "bun:test";
import { createServer } from "node:net";
import type { RequestOptions } from "../../src/http/request.ts";
import { pingEnd, pingStart, type PingOutcome } from "../../src/schedule/ping.ts";

const UUID = "5e3c7f9a-0d1b-4c55-9a77-canary000001";
const QUICK: RequestOptions = { backoffMs: 1, timeoutMs: 2000 };
const stops: (() => unknown)[] = [];
afterAll(async () => {
  await Promise.all(stops.map(async (stop) => await stop()));
});

/** Answers each request with the next of the answers, the last one again and again; remembers what it was asked. */
function serve(...answers: ((request: Request) => Response | Promise<Response>)[]) {
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    development: false,
    fetch: async (request) => {
      const url = new URL(request.url);
      asked.push(`${request.method} ${url.pathname}${url.search}`);
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      return (await answer?.(request)) ?? new Response("OK");
    },
  });
  stops.push(async () => await server.stop(true));
  const host = `127.0.0.1:${server.port}`;
  return { asked, host, url: `http://${host}/${UUID}` };
}

const status = (code: number) => () => new Response("", { status: code });
const redirect = (to: (request: Request) => string) => (request: Request) =>
  new Response(null, { status: 302, headers: { location: to(request) } });

/** No part of the URL but its host. */
function expectFailure(outcome: PingOutcome, reason: string): void {
  expect(outcome).toEqual({ status: "failed", reason });
  expect(JSON.stringify(outcome)).not.toContain("canary");
}

describe("what is asked for", () => {
  test.each([
    { name: "the start", send: async (url: string) => await pingStart(url, QUICK), is: `GET /${UUID}/start` },
    { name: "success", send: async (url: string) => await pingEnd(url, 0, QUICK), is: `GET /${UUID}` },
    { name: "an exit code", send: async (url: string) => await pingEnd(url, 3, QUICK), is: `GET /${UUID}/3` },
    {
      name: "the highest exit code",
      send: async (url: string) => await pingEnd(url, 255, QUICK),
      is: `GET /${UUID}/255`,
    },
    { name: "no exit code", send: async (url: string) => await pingEnd(url, null, QUICK), is: `GET /${UUID}/fail` },
    {
      name: "an impossible exit code",
      send: async (url: string) => await pingEnd(url, 256, QUICK),
      is: `GET /${UUID}/fail`,
    },
    {
      name: "a query stays behind the path",
      send: async (url: string) => await pingStart(`${url}?create=1`, QUICK),
      is: `GET /${UUID}/start?create=1`,
    },
    {
      name: "a slash at the end is not doubled",
      send: async (url: string) => await pingStart(`${url}/`, QUICK),
      is: `GET /${UUID}/start`,
    },
  ])("$name", async ({ send, is }) => {
    const { url, asked } = serve();
    expect(await send(url)).toEqual({ status: "sent" });
    expect(asked).toEqual([is]);
  });
});

describe("what goes wrong", () => {
  test.each([
    { name: "once unavailable, then well", answers: [status(503), status(200)], times: 2, reason: null },
    { name: "unavailable three times", answers: [status(503)], times: 3, reason: "answered 503" },
    { name: "too many requests", answers: [status(429), status(429), status(200)], times: 3, reason: null },
    { name: "a wrong address is not asked again", answers: [status(404)], times: 1, reason: "answered 404" },
    {
      name: "a check that was deleted",
      answers: [() => new Response("OK (not found)")],
      times: 1,
      reason: "does not know this check",
    },
    {
      name: "a redirect to another host is not followed",
      answers: [redirect(() => `http://localhost:1/${UUID}`)],
      times: 1,
      reason: "redirects to somewhere else: write the URL it redirects to",
    },
    {
      name: "a redirect to another port is not followed",
      answers: [redirect(() => `http://127.0.0.1:1/${UUID}`)],
      times: 1,
      reason: "redirects to somewhere else: write the URL it redirects to",
    },
    {
      name: "a redirect on the same host is followed",
      answers: [redirect((request) => `${new URL(request.url).pathname}/`), status(200)],
      times: 2,
      reason: null,
    },
    {
      name: "a redirect in a circle ends",
      answers: [redirect((request) => request.url)],
      times: 1,
      reason: "redirects in a circle: check the URL, or the server's rules",
    },
    {
      name: "a redirect to and fro ends",
      answers: [
        redirect((request) => `${new URL(request.url).pathname}/`),
        redirect((request) => new URL(request.url).pathname.slice(0, -1)),
      ],
      times: 2,
      reason: "redirects in a circle: check the URL, or the server's rules",
    },
    {
      name: "a redirect further and further ends",
      answers: [redirect((request) => `${new URL(request.url).pathname}/`)],
      times: 4,
      reason: "redirects more than 3 times: write the URL that it ends at",
    },
  ])("$name", async ({ answers, times, reason }) => {
    const { url, asked, host } = serve(...answers);
    const outcome = await pingEnd(url, 0, QUICK);
    if (reason === null) expect(outcome).toEqual({ status: "sent" });
    else expectFailure(outcome, `${host} ${reason}`);
    expect(asked).toHaveLength(times);
  });

  test("an answer that never ends is not read to its end", async () => {
    const { url } = serve(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new TextEncoder().encode("y".repeat(1000))),
          }),
        ),
    );
    expect(await pingStart(url, QUICK)).toEqual({ status: "sent" });
  });

  test("a server that hangs is given up, each time, at the timeout", async () => {
    const { url, asked, host } = serve(async () => await new Promise<Response>(() => {}));
    expectFailure(await pingStart(url, { backoffMs: 1, timeoutMs: 50 }), `${host} did not answer within 0.05 s`);
    expect(asked).toHaveLength(3);
  });

  test("a server that begins to answer and hangs is given up too", async () => {
    const { url, host } = serve(
      () => new Response(new ReadableStream({ start: (to) => to.enqueue(Buffer.from("O")) })),
    );
    expectFailure(await pingStart(url, { backoffMs: 1, timeoutMs: 50 }), `${host} did not answer within 0.05 s`);
  });

  test("all tries together have a limit, also of a server that begins an answer without end", async () => {
    const { url, asked, host } = serve(async () => await new Promise<Response>(() => {}));
    const limits = { backoffMs: 1, timeoutMs: 60_000, totalMs: 50 };
    expectFailure(await pingStart(url, limits), `${host} did not answer within 0.05 s`);
    expect(asked).toHaveLength(1);
    const server = createServer((socket) => {
      const go = () => socket.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(10));
      socket
        .on("error", () => {})
        .on("data", go)
        .on("drain", go);
    }).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    stops.push(() => server.close());
    const place = `127.0.0.1:${(server.address() as { port: number }).port}`;
    expectFailure(await pingEnd(`http://${place}/${UUID}`, 0, limits), `${place} did not answer within 0.05 s`);
  });

  test("the limit comes between two tries: the last answer counts", async () => {
    const { url, host } = serve(status(503));
    expectFailure(await pingStart(url, { backoffMs: 60_000, totalMs: 500 }), `${host} answered 503`);
  });

  const NO_HTTP = "does not answer in HTTP: check the URL";
  const HEAD = "HTTP/1.1 200 OK\r\n";
  test.each([
    { says: "bytes that are no text", sends: "\0\xff".repeat(1000), reason: NO_HTTP },
    { says: "headers of 2 MB", sends: HEAD + `X-a: ${"y".repeat(60_000)}\r\n`.repeat(40), reason: NO_HTTP },
    { says: "a wrong chunk", sends: `${HEAD}Transfer-Encoding: chunked\r\n\r\nzzz\r\n`, reason: NO_HTTP },
    { says: "a length beyond all", sends: `${HEAD}Content-Length: 99999999999999999999\r\n\r\n`, reason: NO_HTTP },
    { says: "an unknown coding", sends: `${HEAD}Transfer-Encoding: canary\r\n\r\n`, reason: NO_HTTP },
    { says: "a control in its status", sends: "HTTP/1.1 500 \u001b[31mcanary\r\n\r\n", reason: NO_HTTP },
    {
      says: "no TLS",
      scheme: "https",
      sends: "canary\r\n".repeat(100),
      reason: "is reached, and TLS could not be agreed on: check the URL",
    },
  ])("a server that says $says is not called unreachable", async ({ scheme = "http", sends, reason }) => {
    const server = createServer((socket) => {
      socket.on("error", () => {}).once("data", () => socket.write(Buffer.from(sends, "latin1")));
    }).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    stops.push(() => server.close());
    const place = `127.0.0.1:${(server.address() as { port: number }).port}`;
    expectFailure(await pingStart(`${scheme}://${place}/${UUID}`, QUICK), `${place} ${reason}`);
  });

  test("an answer that says it is zipped, and is not, is an answer", async () => {
    const { url } = serve(() => new Response("abc", { headers: { "content-encoding": "gzip" } }));
    expect(await pingStart(url, QUICK)).toEqual({ status: "sent" });
  });

  test("a peer that is no web server", async () => {
    const server = createServer((socket) => socket.end(`${UUID} go away\r\n`)).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    stops.push(() => server.close());
    const { port } = server.address() as { port: number };
    const outcome = await pingStart(`http://127.0.0.1:${port}/${UUID}`, QUICK);
    expect(outcome).toMatchObject({ status: "failed" });
    expect(JSON.stringify(outcome)).toMatch(
      /:\d+ (?:does not answer in HTTP|broke the connection off before it had answered): /,
    );
    expect(JSON.stringify(outcome)).not.toContain("canary");
  });

  test("nobody listens", async () => {
    const gone = serve();
    await stops.pop()?.();
    expectFailure(await pingStart(gone.url, QUICK), `${gone.host} cannot be reached (ECONNREFUSED)`);
  });

  test("stopping gives up at once, in the middle of an answer and between two", async () => {
    const stop = new AbortController();
    const { url, host } = serve(async () => {
      stop.abort();
      return await new Promise<Response>(() => {});
    });
    const says = `${host} was not waited for: the program is stopping`;
    expectFailure(await pingStart(url, { signal: stop.signal }), says);
    const later = new AbortController();
    const flaky = serve(() => new Response("", { status: 500 }));
    // Nothing listens to it by itself but the rest between two tries.
    spyOn(later.signal, "addEventListener").mockImplementation(
      (...args: Parameters<AbortSignal["addEventListener"]>) => {
        AbortSignal.prototype.addEventListener.apply(later.signal, args);
        setTimeout(() => later.abort(), 0);
      },
    );
    expectFailure(
      await pingStart(flaky.url, { signal: later.signal, backoffMs: 60_000 }),
      `${flaky.host} answered 500`,
    );
  });

  test.each(["", "nonsense canary", "ftp://canary.example/x", "file:///etc/canary"])(
    "%p is no ping URL",
    async (url) => {
      expectFailure(await pingStart(url, QUICK), "the ping URL is no http:// or https:// URL");
    },
  );
});
