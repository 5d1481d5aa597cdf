/** The last hand on an answer. */
import { expect, test } from "bun:test";
import { answerReady, finish, isKnown, prepareText, sayUnchanged, secure } from "../../src/server/finish.ts";

const LONG = "x".repeat(2000);
const answer = (body: string, headers: Record<string, string> = {}) =>
  new Response(body, { headers: { "Content-Type": "application/json", ...headers } });

test.each([
  { name: "long, and taken", body: LONG, accepted: "gzip, br", packed: true, vary: "Accept-Encoding" },
  { name: "taken by weight", body: LONG, accepted: "br;q=1.0, GZIP;q=0.5", packed: true, vary: "Accept-Encoding" },
  { name: "long, and not taken", body: LONG, accepted: null, packed: false, vary: "Accept-Encoding" },
  { name: "refused by weight", body: LONG, accepted: "gzip;q=0, br", packed: false, vary: "Accept-Encoding" },
  { name: "another that only sounds like it", body: LONG, accepted: "x-gzip2", packed: false, vary: "Accept-Encoding" },
  { name: "short", body: "x".repeat(1023), accepted: "gzip", packed: false, vary: null },
  { name: "a picture of points", body: LONG, accepted: "gzip", type: "image/png", packed: false, vary: null },
  { name: "a drawing", body: LONG, accepted: "gzip", type: "image/svg+xml", packed: true, vary: "Accept-Encoding" },
])("compressed: $name", async ({ body, accepted, packed, vary, type = "application/json" }) => {
  const { response, bytes } = await finish(answer(body, { "Content-Type": type }), accepted);
  expect(response.headers.get("content-encoding")).toBe(packed ? "gzip" : null);
  expect(response.headers.get("vary")).toBe(vary);
  const sent = await response.bytes();
  expect(sent.length).toBe(bytes);
  expect(Buffer.from(packed ? Bun.gunzipSync(new Uint8Array(sent)) : sent).toString()).toBe(body);
});

test("what a route varies by is said with it", async () => {
  const { response } = await finish(answer(LONG, { Vary: "Accept" }), "gzip");
  expect(response.headers.get("vary")).toBe("Accept, Accept-Encoding");
});

test.each([
  { name: "what is there has a tag", status: 200, headers: {}, tagged: true },
  { name: "what may not be stored has none", status: 200, headers: { "Cache-Control": "no-store" }, tagged: false },
  { name: "that something is wrong has none: no condition hides it", status: 503, headers: {}, tagged: false },
])("$name", async ({ status, headers, tagged }) => {
  const { response } = await finish(new Response("x", { status, headers }), null);
  expect(response.headers.has("etag")).toBe(tagged);
});

test("the same has the same tag, another another, and a route's own stays", async () => {
  const tagOf = async (body: string, headers = {}) =>
    (await finish(answer(body, headers), null)).response.headers.get("etag");
  expect(await tagOf("a")).toBe(await tagOf("a"));
  expect(await tagOf("a")).not.toBe(await tagOf("b"));
  expect(await tagOf("a", { ETag: '"own"' })).toBe('"own"');
});

test("only an image may be shown by pages of other sites, and what a route says itself stays", () => {
  const policyOf = (type: string, headers = {}) =>
    secure(answer("", { "Content-Type": type, ...headers })).headers.get("cross-origin-resource-policy");
  expect([policyOf("image/svg+xml"), policyOf("application/json"), policyOf("text/html")]).toEqual([
    "cross-origin",
    "same-origin",
    "same-origin",
  ]);
  const own = secure(answer("", { "Content-Security-Policy": "default-src 'self'" }));
  expect(own.headers.get("content-security-policy")).toBe("default-src 'self'");
});

test("an unchanged answer says again all that is not about a body: a browser lays it over what it has", async () => {
  const policy = "default-src 'none'; script-src 'self'";
  const page = answer(LONG, { "Content-Type": "text/html", "Content-Security-Policy": policy });
  const { response } = await finish(page, "gzip");
  const etag = response.headers.get("etag") ?? "";
  const { "content-type": _type, "content-encoding": _encoding, ...all } = Object.fromEntries(response.headers);
  const unchanged = sayUnchanged(response);
  expect([unchanged.status, Object.fromEntries(unchanged.headers)]).toEqual([304, all]);
  expect(all["content-security-policy"]).toBe(policy);
  expect([isKnown(response, etag), isKnown(response, '"another"'), isKnown(response, null)]).toEqual([
    true,
    false,
    false,
  ]);
});

test.each([
  { name: "long", body: LONG, accepted: "gzip" },
  { name: "long, and not compressed", body: LONG, accepted: null },
  { name: "short", body: "x", accepted: "gzip" },
])("what is prepared is answered like what is not, any number of times: $name", async ({ body, accepted }) => {
  const headers = { "Content-Type": "application/json" };
  const ready = prepareText(body, headers);
  const show = async ({ response, bytes }: Awaited<ReturnType<typeof finish>>) => ({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.bytes(),
    bytes,
  });
  const once = await show(await finish(answer(body), accepted));
  expect(once.bytes).toBe(once.body.length);
  for (let time = 0; time < 3; time += 1) expect(await show(await finish(answerReady(ready), accepted))).toEqual(once);
});
