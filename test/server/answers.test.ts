/** What is answered again without being made again, and what is not. */
import { expect, test } from "bun:test";
import { createAnswers, readAsked } from "../../src/server/answers.ts";
import type { Principal } from "../../src/server/context.ts";

const ANYONE: Principal = { name: "anyone", scopes: ["read"], by: "nothing" };
type Answer = { status?: number; headers?: Record<string, string>; body?: string };

const URL = "http://localhost/api/v1/status";
/** It may be compressed. */
const LONG = { headers: { "Content-Type": "text/plain" }, body: "x".repeat(2000) };

function setUp() {
  const state = { now: 0, made: 0 };
  const answers = createAnswers(() => state.now);
  const ask = async (init: RequestInit & { url?: string; who?: Principal; answer?: Answer } = {}) => {
    const { url = URL, who = ANYONE, answer = {}, ...rest } = init;
    const request = new Request(url, rest);
    const make = async () => {
      state.made += 1;
      await Promise.resolve();
      const headers = { ETag: 'W/"1"', "Cache-Control": "private, no-cache", Vary: "Accept", ...answer.headers };
      return new Response(answer.body ?? `answer ${state.made}`, { ...answer, headers });
    };
    const asked = readAsked(request, who);
    return answers.find(asked) ?? (await answers.make(asked, make));
  };
  return { state, answers, ask, text: async (init?: Parameters<typeof ask>[0]) => await (await ask(init)).text() };
}

test("within a second the same, then another", async () => {
  const { state, text } = setUp();
  expect([await text(), await text()]).toEqual(["answer 1", "answer 1"]);
  state.now = 999;
  expect(await text()).toBe("answer 1");
  state.now = 1000;
  expect(await text()).toBe("answer 2");
});

test("something happened: another", async () => {
  const { answers, text } = setUp();
  await text();
  answers.forget();
  expect(await text()).toBe("answer 2");
});

test("200 at once: made once", async () => {
  const { state, text } = setUp();
  const all = await Promise.all(Array.from({ length: 200 }, async () => await text()));
  expect([new Set(all).size, state.made]).toEqual([1, 1]);
});

test("what happens while an answer is made: it is not kept", async () => {
  const { answers, ask, text } = setUp();
  const first = ask();
  answers.forget();
  expect(await (await first).text()).toBe("answer 1");
  expect(await text()).toBe("answer 2");
});

test.each<{ name: string; other: Parameters<ReturnType<typeof setUp>["ask"]>[0] }>([
  { name: "another address", other: { url: `${URL}?hours=1` } },
  { name: "another form", other: { headers: { accept: "text/plain" } } },
  { name: "another compression", other: { headers: { "accept-encoding": "gzip" }, answer: LONG } },
  { name: "another asker", other: { who: { ...ANYONE, name: "ops" } } },
  { name: "the same asker by another way", other: { who: { ...ANYONE, by: "cookie" } } },
  { name: "another method", other: { method: "POST" } },
])("$name has an answer of its own", async ({ other }) => {
  const { state, text } = setUp();
  await text({ answer: other?.answer ?? {} });
  await text(other);
  expect(state.made).toBe(2);
});

test.each<{ name: string; first?: Record<string, string>; other: Record<string, string>; answer: Answer }>([
  { name: "forms of which there is one", other: { accept: "text/plain" }, answer: { headers: { Vary: "" } } },
  {
    name: "forms of which there is one, compressed",
    first: { "accept-encoding": "gzip, br", accept: "a/b" },
    other: { "accept-encoding": "GZIP;q=0.5, deflate", accept: "c/d" },
    answer: { ...LONG, headers: { Vary: "" } },
  },
  { name: "compressions that are not used", first: { "accept-encoding": "br" }, other: {}, answer: LONG },
  { name: "compressions, too short for any", other: { "accept-encoding": "gzip" }, answer: {} },
  { name: "languages", other: { "accept-language": "de" }, answer: {} },
])("the same for all who ask for other $name", async ({ first = {}, other, answer }) => {
  const { state, ask } = setUp();
  const [one, again] = [await ask({ headers: first, answer }), await ask({ headers: other, answer })];
  expect(state.made).toBe(1);
  expect(Object.fromEntries(again.headers)).toEqual(Object.fromEntries(one.headers));
  expect(await again.bytes()).toEqual(await one.bytes());
});

test("one who asks in many ways gets the answer of each, in any order", async () => {
  const { ask } = setUp();
  const ways = ["", "gzip", "br", "gzip;q=0", "gzip, br"].flatMap((encoding) =>
    ["a/b", "c/d"].map((accept) => ({ accept, "accept-encoding": encoding })),
  );
  const texts = new Set<string>();
  for (const headers of [...ways, ...ways.toReversed()]) {
    const response = await ask({ headers, answer: { ...LONG, body: `${LONG.body}${headers.accept}` } });
    const isPacked = response.headers.get("content-encoding") === "gzip";
    expect(isPacked).toBe(/gzip(?!;)/.test(headers["accept-encoding"]));
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = Buffer.from(isPacked ? Bun.gunzipSync(bytes) : bytes).toString();
    expect(text.endsWith(headers.accept)).toBe(true);
    texts.add(text);
  }
  expect(texts.size).toBe(2);
});

test.each<{ name: string; answer: Answer; kept: boolean }>([
  { name: "nothing said", answer: {}, kept: true },
  { name: "that there is nothing", answer: { status: 404 }, kept: true },
  { name: "that something is critical", answer: { status: 503 }, kept: true },
  { name: "not to be stored", answer: { headers: { "Cache-Control": "no-store" } }, kept: false },
  { name: "a cookie", answer: { headers: { "Set-Cookie": "a=b" } }, kept: false },
  { name: "a stream", answer: { headers: { "Content-Type": "text/event-stream" } }, kept: false },
  { name: "a mistake of the asker", answer: { status: 422 }, kept: false },
  { name: "a bug", answer: { status: 500 }, kept: false },
  { name: "chosen by a form and a compression", answer: { headers: { Vary: "accept,Accept-Encoding" } }, kept: true },
  { name: "chosen by a language", answer: { headers: { Vary: "Accept, Accept-Language" } }, kept: false },
  { name: "chosen by what no header tells", answer: { headers: { Vary: "*" } }, kept: false },
])("$name is kept: $kept", async ({ answer, kept }) => {
  const { state, ask } = setUp();
  const responses = [await ask({ answer }), await ask({ answer })];
  expect(state.made).toBe(kept ? 1 : 2);
  expect(responses.map(({ status }) => status)).toEqual([answer.status ?? 200, answer.status ?? 200]);
});

test.each([
  { tag: 'W/"1"', status: 304 },
  { tag: '"1"', status: 304 },
  { tag: '"0", W/"1"', status: 304 },
  { tag: "*", status: 304 },
  { tag: '"2"', status: 200 },
  { tag: "1", status: 200 },
  { tag: '"11"', status: 200 },
])("If-None-Match: $tag is $status", async ({ tag, status }) => {
  const { ask } = setUp();
  await ask();
  const response = await ask({ headers: { "if-none-match": tag } });
  expect([response.status, await response.text()]).toEqual([status, status === 304 ? "" : "answer 1"]);
  expect(Object.fromEntries(response.headers)).toMatchObject({ etag: 'W/"1"', vary: "Accept" });
});

test.each([
  { name: "its address is too long to be kept", url: `${URL}?${"x".repeat(3000)}`, answer: {} },
  { name: "it is too large to be kept", url: URL, answer: { headers: { "X-Long": "x" }, body: "x".repeat(2_000_001) } },
])("unchanged is said also where $name", async ({ url, answer }) => {
  const { state, ask } = setUp();
  const init = { url, answer, headers: { "if-none-match": 'W/"1"' } };
  expect([(await ask(init)).status, (await ask(init)).status, state.made]).toEqual([304, 304, 2]);
});

test("a change that was asked for is told, whatever the asker has", async () => {
  const { ask } = setUp();
  expect((await ask({ method: "POST", headers: { "if-none-match": "*" } })).status).toBe(200);
});

test.each([
  { name: "that were replaced by others of their address", times: 495, waitMs: 0, body: "x" },
  { name: "that hold no longer", times: 10, waitMs: 1000, body: "x".repeat(1_000_000) },
])("answers $name make no room scarce", async ({ times, waitMs, body }) => {
  const { state, text } = setUp();
  for (let index = 0; index < times; index += 1) {
    state.now += waitMs;
    await text({ headers: { accept: `x/${index}` }, answer: { body } });
  }
  const other = { url: `${URL}?other` };
  await text(other);
  for (let index = 0; index < 10; index += 1) await text({ url: `${URL}?i=${index}`, answer: { body } });
  const before = state.made;
  await text(other);
  expect(state.made).toBe(before);
});

test("where there is no room, the oldest go", async () => {
  const { state, text } = setUp();
  const large = { answer: { body: "x".repeat(1_900_000) } };
  for (let index = 0; index < 9; index += 1) await text({ url: `${URL}?i=${index}`, ...large });
  await text({ url: `${URL}?i=8` });
  await text({ url: `${URL}?i=1` });
  expect(state.made).toBe(9);
  await text({ url: `${URL}?i=0` });
  expect(state.made).toBe(10);
});

test("what is kept is bounded: in number, and an address of any length is answered", async () => {
  const { state, text } = setUp();
  for (let index = 0; index < 600; index += 1) await text({ url: `${URL}?i=${index}` });
  expect(state.made).toBe(600);
  await text({ url: `${URL}?i=0` });
  expect(state.made).toBe(601);
  const long = { url: `${URL}?${"x".repeat(3000)}` };
  await text(long);
  await text(long);
  expect(state.made).toBe(603);
});
