/** What is answered again without being made again, and what is not. */
import { expect, test } from "bun:test";
import { createAnswers } from "../../src/server/answers.ts";
import type { Principal } from "../../src/server/context.ts";

const ANYONE: Principal = { name: "anyone", scopes: ["read"], by: "nothing" };
type Answer = { status?: number; headers?: Record<string, string> };

const URL = "http://localhost/api/v1/status";

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
      return new Response(`answer ${state.made}`, { ...answer, headers });
    };
    return answers.find(request, who) ?? (await answers.make(request, who, make));
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
  { name: "another compression", other: { headers: { "accept-encoding": "gzip" } } },
  { name: "another asker", other: { who: { ...ANYONE, name: "ops" } } },
  { name: "the same asker by another way", other: { who: { ...ANYONE, by: "cookie" } } },
  { name: "another method", other: { method: "POST" } },
])("$name has an answer of its own", async ({ other }) => {
  const { state, text } = setUp();
  await text();
  await text(other);
  expect(state.made).toBe(2);
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
