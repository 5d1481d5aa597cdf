/** The API over both kinds of store: pages hold every row once, and what is kept by whomever is seen. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { loadConfig } from "../../src/config/load.ts";
import { createAnswering } from "../../src/server/answer.ts";
import { createApp } from "../../src/server/app.ts";
import type { ServeContext, ServeEnv } from "../../src/server/context.ts";
import { createEvents } from "../../src/server/events.ts";
import { createState, type State } from "../../src/server/state.ts";
import { formatInstant } from "../../src/text/figures.ts";
import { renderHistory } from "../../src/render/terminal/history.ts";
import { openStore } from "../../src/store/open.ts";
import { HistorySchema } from "../../src/store/published.ts";
import type { Store } from "../../src/store/store.ts";
import { activity, report, rule } from "../making/activities.ts";
import { ruleOf } from "../making/rules.ts";
import { failedOutcome } from "../making/passes.ts";
import { freshDirectory } from "../making/cli.ts";
import { silent } from "../making/logs.ts";
import { viewOf } from "../making/views.ts";
import { alterStore, madePass, newStoreUrl, STORE_KINDS, targetOf } from "../making/stores.ts";

const NOW_MS = Date.parse("2026-07-10T21:05:00Z");
const ENV: ServeEnv["Bindings"] = {
  readAddress: () => null,
  origin: "http://localhost",
  basePath: "/reports",
  hide: (text) => text,
  principal: { name: "anyone", scopes: ["read", "run"], by: "nothing" },
  keepOpen: () => {},
};

/** A schedule and two CRMs. `more`: of the configuration, `own`: of the schedule. */
async function loadTwo(more = "", own = "") {
  const path = join(freshDirectory(), "automation-reports.toml");
  writeFileSync(
    path,
    `[[schedule]]\nname = "daily"\ncron = "0 21 * * *"\n${own}[crm.a]\nurl = "sqlite:none"\n[crm.b]\nurl = "sqlite:none"\n${more}`,
    { mode: 0o600 },
  );
  return await loadConfig(path, {});
}

/** What a server that has just begun knows. */
async function stateOver(store: Store): Promise<State> {
  const config = await loadTwo();
  return createState({ config: () => config, store, clock: () => NOW_MS });
}

async function contextOver(store: Store, clock = () => NOW_MS, more = "", own = ""): Promise<ServeContext> {
  const config = await loadTwo(more, own);
  return {
    config: () => config,
    store,
    log: silent,
    clock,
    fresh: {
      request: async () => await Promise.reject(new Error("not asked")),
      find: () => null,
      schedule: async () => await Promise.reject(new Error("not asked")),
      settle: () => {},
      rest: async () => {},
    },
    events: createEvents("boot"),
    scheduler: () => ({ lastBeatMs: NOW_MS }),
    version: "0.0.0",
  };
}

/** What is answered by the routes alone. */
async function appOver(...about: Parameters<typeof contextOver>) {
  const app = createApp(await contextOver(...about), null);
  const headers = { Accept: "application/json" };
  return async (path: string): Promise<{ status: number; body: Body }> => {
    const response = await app.fetch(new Request(`http://localhost${path}`, { headers }), ENV);
    return { status: response.status, body: (await response.json()) as Body };
  };
}

type Listed = Record<"reports" | "passes" | "slots", Record<string, string>[]>;
type Crm = { crm: string; state: string; report: { id: string; href: string } | null; message: string };
/** What one of the routes answers. */
type Body = {
  next: string | null;
  errors: { reason: string }[];
  crms: Crm[];
  content?: { limits?: Limit[] };
  points?: { report: string }[];
} & Listed &
  Pick<Crm, "report"> &
  Rules;
type Limit = { name: string; from: string };
type Rules = {
  explanation?: { rule: { rule_name: string }; limits: Limit[] };
  history?: unknown[];
  rules?: { rule_name: string }[];
};

describe.each(STORE_KINDS)("%s", (kind) => {
  test("the page of reports finds a verdict behind any number of others", async () => {
    const url = await newStoreUrl(kind);
    await using store = await openStore(targetOf(url));
    const wanted = madePass(["a"], "2026-07-10T20:00:00Z");
    await store.reports.keepPass(wanted, "adhoc");
    await store.reports.keepPass(
      madePass(
        Array.from({ length: 200 }, (_, n) => `crm-${n}`),
        "2026-07-10T21:00:00Z",
      ),
      "adhoc",
    );
    await alterStore(
      kind,
      url,
      "UPDATE automation_reports_reports SET verdict = CASE source WHEN 'a' THEN 'critical' ELSE 'ok' END",
    );
    const { body } = await (await appOver(store))("/reports?verdict=critical");
    expect(body.content).toMatchObject({ rows: [{ crm: "a", verdict: "critical" }], more: 0 });
  });

  test("of a CRM that was taken out of the configuration: its reports, and that nothing reads it any more", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await store.reports.keepPass(madePass(["a", "gone"], "2026-07-10T20:00:00Z"), "daily");
    const get = await appOver(store);
    const told = "no longer in the configuration: nothing reads it; below is the report to 10 Jul 2026 21:00 UTC";
    const { body: page } = await get("/crms/gone");
    expect(page.content).toMatchObject({ verdict: "unknown", standing: "unknown", headline: told });
    const { body: kept } = await get(`/reports/${(await get("/api/v1/reports?crm=gone")).body.reports[0]?.["id"]}`);
    expect(kept.content).toMatchObject({ verdict: "warning", head: { outdated: null } });
    expect((await get("/reports?crm=gone")).body.content).toMatchObject({ crms: ["a", "b", "gone"], rows: [{}] });
    // Of a name that is neither known nor kept an empty list would look like a CRM without reports.
    expect((await get("/api/v1/reports?crm=b")).body.reports).toEqual([]);
    expect((await get("/api/v1/reports?crm=hubspt")).status).toBe(404);
  });

  test("a rule of a CRM whose table is gone is not called one that never was", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const kept = madePass(["a"], "2026-07-10T20:00:00Z");
    const gone = { kind: "missing" as const, preset: null, lookedFor: ["sync_history"], elsewhere: [] };
    const { window } = activity();
    const made = report({ ...gone, where: "database d", source: "a", window, querySeconds: 0 });
    const metadata = { ...made.metadata, pass_id: kept.pass.pass_id };
    await store.reports.keepPass({ ...kept, reports: [{ ...made, metadata }] }, "daily");
    const { status, body } = await (await appOver(store))("/crms/a/rule?name=deals");
    expect(status).toBe(404);
    expect(body.content).toMatchObject({
      standing: "unread",
      headline: "Nothing is known of the rules of a",
      text: "no table to read: looked for sync_history in database d. See automation-reports check --crm a",
    });
  });

  test("what may stand in a request is named where something else does", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await store.reports.keepPass(madePass(["a"], "2026-07-10T20:00:00Z"), "daily");
    const get = await appOver(store);
    const reasonOf = async (path: string) => (await get(`/api/v1${path}`)).body.errors[0]?.reason;
    expect(await reasonOf("/crms/a/rules?limit=1")).toBe(
      "there is a parameter that is not known: known are condition, severity, name",
    );
    expect(await reasonOf("/crms?limit=1")).toBe("there is a parameter that is not known: none is taken here");
    expect(await reasonOf("/crms/a/rules?severity=fatal")).toBe("must be one of info, warning, critical");
    for (const limit of ["0", "201", "abc"])
      expect(await reasonOf(`/reports?limit=${limit}`)).toBe("must be a whole number from 1 to 200");
  });

  test("when a schedule is due is said with its zone once", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const get = await appOver(store, () => NOW_MS, "", 'timezone = "America/New_York"\n');
    const due = { pattern: "daily at 21:00", timezone: "America/New_York" };
    expect((await get("/schedule")).body.content).toMatchObject({ schedules: [due] });
  });

  test("every row is on one page, whatever its time", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    for (const day of ["01", "02", "02", "03"])
      await store.reports.keepPass(madePass(["a", "b"], `2026-07-${day}T04:00:00Z`), "daily");
    for (let hour = 0; hour < 3; hour += 1)
      for (const schedule of ["x", "y"]) await store.slots.skip({ schedule, slotMs: hour * 3_600_000 }, "");
    const get = await appOver(store);
    const readAll = async (what: "reports" | "passes" | "slots", id: string) => {
      const seen: (string | undefined)[] = [];
      let next: string | null = `/api/v1/${what}?limit=3`;
      for (let pages = 0; next !== null && pages < 10; pages += 1) {
        const { body }: { body: Body } = await get(next);
        seen.push(...body[what].map((row) => (id === "slot" ? `${row["schedule"]}${row["slot"]}` : row[id])));
        next = body.next?.replace(/^\/reports/, "") ?? null;
      }
      return { n: seen.length, distinct: new Set(seen).size };
    };
    expect(await readAll("reports", "id")).toEqual({ n: 8, distinct: 8 });
    expect(await readAll("passes", "pass_id")).toEqual({ n: 4, distinct: 4 });
    expect(await readAll("slots", "slot")).toEqual({ n: 6, distinct: 6 });
  });

  test("filters, and values that no database would take", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await store.reports.keepPass(madePass(["a", "b"], "2026-07-01T04:00:00Z"), "daily");
    await store.reports.keepPass(madePass(["a"], "2026-07-02T04:00:00Z"), "adhoc");
    const get = await appOver(store);
    const count = async (query: string) => (await get(`/api/v1/reports?${query}`)).body.reports.length;
    expect(await count("crm=b")).toBe(1);
    expect(await count("origin=adhoc")).toBe(1);
    expect(await count("since=2026-07-02")).toBe(1);
    expect(await count("until=2026-07-02")).toBe(2);
    expect(await count("since=9d&until=8d")).toBe(1);
    expect(await count("status=no_data")).toBe(3);
    expect(await count("status=ok")).toBe(0);
    expect(await count("verdict=critical&crm=a")).toBe(0);
    for (const path of ["/reports/%00", "/passes/%00", "/passes/x%00", "/schedules/%00"])
      expect((await get(`/api/v1${path}`)).status).toBe(404);
    for (const query of ["origin=%00", "cursor=1.%00", "cursor=1", "limit=1e3", "limit=201", "since=tomorrow"])
      expect((await get(`/api/v1/reports?${query}`)).status).toBe(400);
    expect((await get(`/api/v1/reports?cursor=-9999999999999999.a`)).status).toBe(200);
  });

  test("a report is old once its schedule should have made a newer one, and what is kept late is seen", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    let nowMs = NOW_MS;
    const get = await appOver(store, () => nowMs);
    const states = async () => (await get("/api/v1/crms")).body.crms.map(({ crm, state }) => `${crm} ${state}`);
    await store.reports.keepPass(madePass(["a", "b"], "2026-07-10T21:00:00Z"), "daily");
    expect(await states()).toEqual(["a reported", "b reported"]);
    // The slot of 21:00, its deadline of 30 minutes, and 5 more.
    nowMs = Date.parse("2026-07-11T21:35:00Z");
    expect(await states()).toEqual(["a stale", "b stale"]);
    nowMs = Date.parse("2026-07-11T21:34:59Z");
    expect(await states()).toEqual(["a reported", "b reported"]);

    nowMs = Date.parse("2026-07-11T21:40:00Z");
    const next = { window_start: "2026-07-10T21:00:00Z", window_end: "2026-07-11T21:00:00Z" };
    const keep = async (crm: string, begun: string) => {
      const made = madePass([crm], begun);
      for (const { metadata } of made.reports) Object.assign(metadata, next);
      const window = { start: next.window_start, end: next.window_end };
      await store.reports.keepPass({ ...made, pass: { ...made.pass, window } }, "daily");
    };
    await keep("b", "2026-07-11T21:10:00Z");
    expect(await states()).toEqual(["a stale", "b reported"]);
    // It began before the one that was kept before it.
    await keep("a", "2026-07-11T21:00:00Z");
    expect(await states()).toEqual(["a reported", "b reported"]);
  });

  test("of a CRM in no schedule a report is old after a day, and that is said", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    let nowMs = NOW_MS;
    const get = await appOver(store, () => nowMs, "", 'crms = ["a"]\n');
    const states = async () =>
      (await get("/api/v1/crms")).body.crms.map(({ crm, state, message }) => `${crm} ${state}: ${message}`);
    await store.reports.keepPass(madePass(["b"], "2026-07-10T21:00:00Z"), "adhoc");
    await store.reports.keepPass(madePass(["a"], "2026-07-10T21:00:00Z"), "daily");
    const a = "a reported: Nothing ran in 24 h; no run of this CRM is known";
    const b = "b reported: Nothing ran in 24 h; no run of this CRM is known";
    nowMs = Date.parse("2026-07-11T21:05:00Z");
    expect(await states()).toEqual([a, b]);
    nowMs += 1;
    expect(await states()).toEqual(["b stale: no schedule reports on it; its newest report is 1 d old", a]);
    expect((await get("/api/v1/crms/b/status?format=json")).status).toBe(503);
    nowMs = Date.parse("2026-07-12T21:00:00Z");
    expect((await states()).find((line) => line.startsWith("b "))).toBe(
      "b stale: no schedule reports on it; its newest report is 2 d old",
    );
  });

  test("a rule is found by its name, whatever that is", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const names = [
      "a/b",
      "..",
      "%2e%2e",
      "100 %",
      "ü 漢 \u{1f600}",
      "<b>&\"'",
      "a?b#c",
      "a\nb",
      "+",
      "constructor",
      "__proto__",
    ];
    const { pass, reports } = madePass(["a"], "2026-07-10T21:00:00Z");
    const rules = names.map((name) => ruleOf(name, { runs: "ssf", everyMinutes: 60 }));
    const made = report(activity({ source: "a", rules }), { detailed: true });
    const kept = reports.map(({ metadata }) => ({
      ...made,
      metadata: { ...made.metadata, pass_id: metadata.pass_id },
    }));
    await store.reports.keepPass({ pass, reports: kept, seen: [] }, "daily");
    const get = await appOver(store);
    // A path that ends in dots is another path, for every client: such a rule is asked for by ?name=.
    for (const name of names.filter((one) => one !== "..")) {
      const { status, body } = await get(`/api/v1/crms/a/rules/${encodeURIComponent(name)}`);
      expect({ name, status, found: body.explanation?.rule.rule_name, n: body.history?.length }).toEqual({
        name,
        status: 200,
        found: name,
        n: 1,
      });
    }
    for (const name of names) {
      const { body } = await get(`/api/v1/crms/a/rules?name=${encodeURIComponent(name)}`);
      expect(body.rules?.map(({ rule_name: found }) => found)).toEqual([name]);
    }
    expect((await get("/api/v1/crms/a/rules/a")).status).toBe(404);
  });

  test("page and API name the same table as the origin of a limit", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const { pass, reports } = madePass(["a"], "2026-07-10T21:00:00Z");
    const rules = ["deals", "users"].map((name) => ruleOf(name, { runs: "sss", everyMinutes: 60 }));
    const made = report(activity({ source: "a", rules }));
    const kept = reports.map(({ metadata }) => ({
      ...made,
      metadata: { ...made.metadata, pass_id: metadata.pass_id },
    }));
    await store.reports.keepPass({ pass, reports: kept, seen: [] }, "daily");
    const limits = '[crm.a.rules.deals]\nstale_after = "6h"\n[defaults]\nstale_after = "9h"\n';
    const get = await appOver(store, () => NOW_MS, limits);
    for (const [rule, from] of [
      ["deals", "[crm.a.rules.deals]"],
      ["users", "[crm.a] or [defaults]"],
    ]) {
      const page = (await get(`/crms/a/rule?name=${rule}`)).body.content?.limits;
      const api = (await get(`/api/v1/crms/a/rules/${rule}`)).body.explanation?.limits;
      expect(api).toContainEqual(expect.objectContaining({ name: "a run is stale after", from }));
      expect(page?.map((limit) => limit.from)).toEqual(api?.map((limit) => limit.from) ?? []);
    }
  });

  test("where no rate is known, no list and no page makes one of the runs that were counted", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const { pass, reports } = madePass(["a", "b"], "2026-07-10T21:00:00Z");
    const half = [rule("x", { success: 10, failed: 5, unknown: 20 })];
    const none = [rule("x", { unknown: 20 }, { newestStartMs: NOW_MS - 3_600_000 })];
    const kept = reports.map(({ metadata: { source, pass_id } }) => {
      const made = report(activity({ source, rules: source === "a" ? half : none }));
      return { ...made, metadata: { ...made.metadata, pass_id } };
    });
    await store.reports.keepPass({ pass, reports: kept, seen: [] }, "daily");
    const get = await appOver(store);
    const figures = { overall_success_rate: null, total_actions: 15 };
    const listed = (await get("/api/v1/reports")).body.reports;
    expect(listed).toMatchObject([figures, { overall_success_rate: null, total_actions: 0 }]);
    expect((await get("/api/v1/crms/a")).body.report).toMatchObject(figures);
    const lines = renderHistory(v.parse(HistorySchema, listed), viewOf({})).split("\n");
    expect(lines.slice(1, 3)).toEqual([
      expect.stringContaining("  no rate "),
      expect.stringContaining("  nothing finished "),
    ]);
    const page = async (path: string) => (await get(path)).body.content;
    expect(await page("/")).toMatchObject({
      rows: [
        { rate: null, runs: 35 },
        { rate: null, runs: 20 },
      ],
    });
    expect(await page("/reports")).toMatchObject({
      rows: [
        { rate: null, runs: 15 },
        { rate: null, runs: 0 },
      ],
    });
    expect(await page("/crms/a")).toMatchObject({ rules: [{ rate: null, runs: 15 }] });
    expect(await page("/crms/b")).toMatchObject({ rules: [{ rate: null, runs: 1 }] });
  });

  test("what the pages say of all CRMs is loaded once, until another pass is kept", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await store.reports.keepPass(madePass(["a", "b"], "2026-07-10T21:00:00Z"), "daily");
    const { readPass } = store.reports;
    let asked = 0;
    store.reports.readPass = async (id) => {
      asked += 1;
      return await readPass(id);
    };
    const get = await appOver(store);
    for (const path of ["/", "/crms/a", "/schedule"]) expect((await get(path)).status).toBe(200);
    expect(asked).toBe(1);
    await store.reports.keepPass(madePass(["a", "b"], "2026-07-10T21:04:00Z"), "daily");
    await get("/");
    expect(asked).toBe(2);
  });

  test("a report that can no longer be read is no report that was not made", async () => {
    const url = await newStoreUrl(kind);
    await using store = await openStore(targetOf(url));
    await store.reports.keepPass(madePass(["a", "b"], "2026-07-10T21:00:00Z"), "daily");
    await alterStore(kind, url, "UPDATE automation_reports_reports SET document = '{}' WHERE source = 'a'");
    const get = await appOver(store);
    const { crms } = (await get("/api/v1/crms")).body;
    expect(crms.map(({ crm, state, message }) => `${crm} ${state}: ${message}`)).toEqual([
      "a none: its newest reports can no longer be read: see automation-reports store check",
      "b reported: Nothing ran in 24 h; no run of this CRM is known",
    ]);
    const [row] = await store.reports.list({ sources: ["a"], limit: 1 });
    expect((await get(`/api/v1/reports/${row?.id}`)).status).toBe(404);
    expect((await get("/api/v1/crms/a/rules")).status).toBe(404);
    expect((await get("/api/v1/crms/a/series/runs")).status).toBe(200);
  });

  test("a CRM is told as not read since the first of the passes that failed, whoever asks and when", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const [before, held] = [await stateOver(store), await stateOver(store)];
    const read = madePass(["a", "b"], "2026-07-10T21:00:00Z");
    await store.reports.keepPass(read, "daily");
    const fail = async (at: string, names: string[]) => {
      const failed = madePass([], at);
      const outcomes = names.map((name) => failedOutcome(name, "connection refused"));
      await store.reports.keepPass(
        { ...failed, pass: { ...failed.pass, window: read.pass.window, outcomes } },
        "daily",
      );
    };
    const since = async (state: State) =>
      (await state.crms()).map(({ failure }) => {
        const sinceMs = failure?.sinceMs ?? null;
        return sinceMs === null ? null : formatInstant(sinceMs);
      });
    expect(await since(held)).toEqual([null, null]);
    await fail("2026-07-10T21:02:00Z", ["b"]);
    expect(await since(held)).toEqual([null, "2026-07-10T21:02:00Z"]);
    await fail("2026-07-10T21:04:00Z", ["a", "b"]);
    const both = ["2026-07-10T21:04:00Z", "2026-07-10T21:02:00Z"];
    expect([await since(held), await since(before)]).toEqual([both, both]);
    await store.reports.keepPass(madePass(["b"], "2026-07-10T21:06:00Z"), "daily");
    await fail("2026-07-10T21:08:00Z", ["b"]);
    const again = ["2026-07-10T21:04:00Z", "2026-07-10T21:08:00Z"];
    expect([await since(held), await since(await stateOver(store))]).toEqual([again, again]);
  });

  test("the page of a CRM that was never read says why, and what to do", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const { pass } = madePass([], "2026-07-10T21:00:00Z");
    const outcomes = [failedOutcome("a", "connection refused")];
    await store.reports.keepPass({ pass: { ...pass, outcomes }, reports: [], seen: [] }, "daily");
    expect((await (await appOver(store))("/crms/a")).body.content).toMatchObject({
      standing: "unread",
      headline: "No report on a was made yet",
      text: "Not read since 10 Jul 2026 21:00 UTC: connection refused. See automation-reports check --crm a",
    });
  });

  test("what was made while a clock was years ahead is not the newest, and hides nothing that is made later", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const get = await appOver(store);
    const told = async () =>
      (await get("/api/v1/crms")).body.crms
        .map(({ crm, state, report }) => [crm, state, report?.id])
        .toSorted(([a = ""], [b = ""]) => a.localeCompare(b));
    for (const minute of [1, 2, 3, 4, 5, 6]) {
      await store.reports.keepPass(madePass(["a", "b"], `2040-01-01T00:0${minute}:00Z`), "daily");
    }
    // Nothing else is known.
    expect(await told()).toEqual([
      ["a", "reported", expect.stringContaining("a-20400101T000600Z")],
      ["b", "reported", expect.stringContaining("b-20400101T000600Z")],
    ]);
    const first = madePass(["a"], "2026-07-10T21:00:00Z");
    await store.reports.keepPass(first, "daily");
    expect(await told()).toEqual([
      ["a", "reported", expect.stringContaining("a-20260710T210000Z")],
      ["b", "none", undefined],
    ]);
    const failed = madePass([], "2026-07-10T21:02:00Z");
    const outcomes = [failedOutcome("a", "connection refused")];
    await store.reports.keepPass({ ...failed, pass: { ...failed.pass, window: first.pass.window, outcomes } }, "daily");
    expect((await told()).map(([crm, state]) => [crm, state])).toContainEqual(["a", "unread"]);
    await store.reports.keepPass(madePass(["a", "b"], "2026-07-10T21:04:00Z"), "daily");
    expect(await told()).toEqual([
      ["a", "reported", expect.stringContaining("a-20260710T210400Z")],
      ["b", "reported", expect.stringContaining("b-20260710T210400Z")],
    ]);
  });

  test("no list begins with what was made while a clock was ahead, and a time to come shows it", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const get = await appOver(store);
    const told = async (more = "") => {
      const api = async (path: string) => (await get(`/api/v1${path}${more}`)).body;
      return {
        reports: (await api("/reports")).reports.map(({ id }) => id?.slice(2, 6)),
        passes: (await api("/passes")).passes.map(({ started_at: at }) => at?.slice(0, 4)),
        slots: (await api("/slots")).slots.map(({ slot }) => slot?.slice(0, 4)),
        points: (await api("/crms/a/series/runs")).points?.map(({ report: id }) => id.slice(2, 6)),
      };
    };
    const page = async (path: string) => (await get(path)).body.content;
    const both = { reports: ["2040"], passes: ["2040"], slots: ["2040"], points: ["2040"] };
    await store.reports.keepPass(madePass(["a"], "2040-01-01T00:01:00Z"), "daily");
    await store.slots.skip({ schedule: "daily", slotMs: Date.parse("2040-01-01T00:00:00Z") }, "");
    // Nothing else is known.
    expect(await told()).toEqual(both);
    expect(await page("/reports")).toMatchObject({ rows: [{}], aheadUntil: null });
    await store.reports.keepPass(madePass(["a"], "2026-07-10T21:00:00Z"), "daily");
    await store.slots.skip({ schedule: "daily", slotMs: Date.parse("2026-07-10T21:00:00Z") }, "");
    expect(await told()).toEqual({ reports: ["2026"], passes: ["2026"], slots: ["2026"], points: ["2026"] });
    expect(await told("?since=2039-01-01")).toEqual(both);
    expect((await told("?until=2041-01-01")).reports).toEqual(["2040", "2026"]);
    const listed = { rows: [{ madeAt: "2026-07-10T21:00:00Z" }], more: 0, aheadUntil: "2040-01-01T00:01:00Z" };
    expect(await page("/reports")).toMatchObject(listed);
    expect(await page("/crms/a")).toMatchObject({ head: { reports: [{ isCurrent: true }] } });
  });

  test("a clock that is set back keeps no answer of before", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const now = { ms: NOW_MS };
    const { answer } = createAnswering(await contextOver(store, () => now.ms));
    const line = { timeout: () => {}, requestIP: () => null } as unknown as Parameters<typeof answer>[1];
    const ask = async () => {
      const request = new Request("http://localhost/api/v1/crms/a", { headers: { Host: "localhost" } });
      const response = await answer(request, line);
      return ((await response.json()) as Body).report;
    };
    expect(await ask()).toBeNull();
    await store.reports.keepPass(madePass(["a"], "2026-07-10T20:00:00Z"), "daily");
    now.ms -= 3_600_000;
    await Bun.sleep(1100);
    expect(await ask()).toMatchObject({ id: expect.stringContaining("a-20260710T200000Z") });
  });

  test("the newest report of a CRM is of the window that ends last, and a failure after it is told", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const get = await appOver(store);
    const states = async () =>
      (await get("/api/v1/crms")).body.crms.map(({ crm, state, message }) => `${crm} ${state}: ${message}`);
    expect(await states()).toEqual(["a none: no report was made yet", "b none: no report was made yet"]);

    const both = madePass(["a", "b"], "2026-07-10T21:00:00Z");
    await store.reports.keepPass(both, "daily");
    expect(await states()).toEqual([
      "a reported: Nothing ran in 24 h; no run of this CRM is known",
      "b reported: Nothing ran in 24 h; no run of this CRM is known",
    ]);
    const newest = `a-20260710T210000Z-${both.pass.pass_id.slice(-6)}`;
    const readNewest = async () => (await get("/api/v1/crms/a")).body.report;
    expect(await readNewest()).toMatchObject({ id: newest, href: `/reports/api/v1/reports/${newest}` });

    // Somebody asks about the past.
    const past = madePass(["a"], "2026-07-10T21:01:00Z");
    const window = { start: "2026-07-01T21:00:00Z", end: "2026-07-02T21:00:00Z" };
    for (const { metadata } of past.reports)
      Object.assign(metadata, { window_start: window.start, window_end: window.end });
    await store.reports.keepPass({ ...past, pass: { ...past.pass, window } }, "adhoc");
    expect(await readNewest()).toMatchObject({ id: newest });

    // And six times about one minute: none of these windows is that of the schedule.
    for (const minute of ["10", "11", "12", "13", "14", "15"]) {
      const short = madePass(["a"], `2026-07-10T21:${minute}:00Z`);
      const start = `2026-07-10T21:${Number(minute) - 1}:00Z`.replace(":9:", ":09:");
      for (const { metadata } of short.reports)
        Object.assign(metadata, { window_start: start, window_end: metadata.report_generated_at });
      await store.reports.keepPass(short, "adhoc");
    }
    expect(await readNewest()).toMatchObject({ id: newest });

    const failed = madePass([], "2026-07-10T21:02:00Z");
    const outcomes = [failedOutcome("b", "connection refused")];
    await store.reports.keepPass({ ...failed, pass: { ...failed.pass, window: both.pass.window, outcomes } }, "adhoc");
    expect(await states()).toEqual([
      "b unread: could not be read since 10 Jul 2026 21:02 UTC: connection refused",
      "a reported: Nothing ran in 24 h; no run of this CRM is known",
    ]);
  });
});
