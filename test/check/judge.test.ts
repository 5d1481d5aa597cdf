/** From facts to judgements: one fact is changed, and exactly one item changes with it. */
import { expect, test } from "bun:test";
import type { FoundTables, WarehouseFacts } from "../../src/warehouse/facts.ts";
import { judgeFacts, worstStatus } from "../../src/check/judge.ts";
import type { CheckItem } from "../../src/check/schema.ts";
import { findLikelyColumns } from "../../src/warehouse/likely-columns.ts";

const NOW = Date.parse("2026-07-10T21:00:00Z");
const HOUR_MS = 3_600_000;

type Postgres = Extract<WarehouseFacts, { kind: "postgres" }>;

const actions = {
  name: '"o"."sync_history"',
  relation: "sync_history",
  stored: true,
  readable: true,
  writes: [],
  rows: 5_000_000,
  pages: 180_000,
  bytes: 1.5e9,
  hides: null,
  inParts: false,
  policies: [],
  readers: [],
  refused: false,
  showsAll: false,
};
const found: FoundTables = {
  preset: "sync-history",
  shape: "H",
  actions,
  rules: { ...actions, name: '"o"."sync_schedule"', relation: "sync_schedule", rows: 20, bytes: 8192 },
  columns: { source: "crm_source", rule: "sync_type", start: "start_time", end: "end_time", included: ["status"] },
};
const good: Postgres = {
  kind: "postgres",
  openMs: 12.4,
  roundTripMs: 0.2,
  version: "15.6",
  versionNumber: 150_006,
  standby: null,
  tls: { protocol: "TLSv1.3", verified: "authority and name", needed: true },
  clockDifferenceMs: 3,
  assumedZone: null,
  role: { name: "reader", superuser: false },
  statistics: { analyzedMs: NOW - HOUR_MS, modifiedShare: 0.01 },
  indexes: [{ name: "i", valid: true, columns: ["crm_source", "start_time"], keyColumns: 2, partial: false }],
  excessLocks: null,
  plan: {
    document: {
      Plan: { "Node Type": "Index Scan", "Relation Name": "sync_history", "Index Cond": "crm_source start_time" },
    },
    problem: null,
  },
  tables: { kind: "found", found },
  copies: [],
  rows: {
    oldestMs: NOW - 9000 * HOUR_MS,
    newestMs: NOW - 2 * HOUR_MS,
    isRecentOnly: false,
    sources: ["hubspot", "Genius"],
    nameless: 0,
    scale: { fractions: 40, percentages: 0 },
    unreadable: [],
  },
  settings: { unused: [], newest: null },
};

function judge(override: Partial<Postgres>): CheckItem[] {
  return judgeFacts(
    { ...good, ...override },
    {
      nowMs: NOW,
      windowDays: 1,
      analyzed: false,
      configuredSources: ["hubspot", "genius"],
      source: "hubspot",
      crm: "hubspot",
      tablesOfOthers: ['"crm"."sync_history"'],
    },
  );
}

const withTables = (override: Partial<FoundTables>) => ({
  tables: { kind: "found" as const, found: { ...found, ...override } },
});
const odd = (items: CheckItem[]) =>
  items
    .filter(({ status }) => status !== "ok")
    .map(({ id, status, message, advice }) => `${status} ${id}: ${message} → ${advice ?? ""}`);

test("a good warehouse: every question has its answer, and all is well", () => {
  const items = judge({});
  expect(odd(items)).toEqual([]);
  expect(items.map(({ id, message }) => `${id}: ${message}`)).toEqual([
    "connection: open in 12 ms, a round trip takes less than 1 ms",
    "server: PostgreSQL 15.6",
    "tls: TLSv1.3, authority and name verified",
    "clock: the clocks agree to 3.0 ms",
    "rights: reader may read and cannot write",
    'tables: preset sync-history, shape H (repaired by hand): "o"."sync_history", about 5,000,000 rows, 1.5 GB; rules in "o"."sync_schedule"',
    "rows: newest row of hubspot 2h ago; the table begins 30 Jun 2025 21:00",
    "sources: every crm_source of the last 7 days is configured (2)",
    "plan: the report's query has no sign of trouble",
    "statistics: statistics were made 1h ago",
    "indexes: the index for the report's query is there",
  ]);
  expect(worstStatus(items)).toBe("ok");
});

test.each<{ name: string; override: Partial<Postgres>; says: RegExp[] }>([
  {
    name: "more locks than are meant",
    override: { excessLocks: 65 },
    says: [/^warn plan: a report of 24 h locks 65 tables and indexes until it is read.*→ ask for shorter windows/],
  },
  {
    name: "a policy that holds for the reader",
    override: withTables({ actions: { ...actions, refused: true, policies: [{ name: "p", roles: ["PUBLIC"] }] } }),
    says: [
      /^error policies: row security on "o"."sync_history" may hide rows from reader, by p \(for PUBLIC\).*BYPASSRLS/,
    ],
  },
  {
    name: "an old server",
    override: { version: "13.4", versionNumber: 130_004 },
    says: [/^error server: PostgreSQL 13.4 → 14 or newer/],
  },
  { name: "a standby", override: { standby: { replaySeconds: null } }, says: [] },
  { name: "a standby 5 minutes behind: at the limit", override: { standby: { replaySeconds: 300 } }, says: [] },
  {
    name: "a standby further behind",
    override: { standby: { replaySeconds: 301 } },
    says: [/^warn server: .*5m 01s behind its primary/],
  },
  {
    name: "no TLS over a network",
    override: { tls: { protocol: null, verified: "nothing", needed: true } },
    says: [/^warn tls: not encrypted.*sslmode=verify-full/],
  },
  {
    name: "no TLS on this machine",
    override: { tls: { protocol: null, verified: "nothing", needed: false } },
    says: [],
  },
  {
    name: "TLS with anybody",
    override: { tls: { protocol: "TLSv1.3", verified: "nothing", needed: true } },
    says: [/^warn tls: TLSv1.3, but nobody verified/],
  },
  {
    name: "settings that nothing answers to, among very many runs",
    override: { settings: { unused: [{ setting: "statuses", name: "gone", near: null }], newest: 100_000 } },
    says: [/^warn settings: statuses names "gone", which no run of the newest 100,000 of the last 30 days has →/],
  },
  { name: "settings that would cost too much to look for", override: { settings: null }, says: [] },
  { name: "clocks 5 s apart: at the limit", override: { clockDifferenceMs: -5000 }, says: [] },
  {
    name: "clocks further apart",
    override: { clockDifferenceMs: -90_000 },
    says: [/^warn clock: the server's clock is 1m 30s behind/],
  },
  {
    name: "a superuser",
    override: { role: { name: "postgres", superuser: true } },
    says: [/^warn rights: postgres is a superuser/],
  },
  {
    name: "a role that may write",
    override: withTables({ actions: { ...actions, writes: ["INSERT"] } }),
    says: [
      /^warn rights: reader may write to "o"."sync_history".*REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON "o"."sync_history" FROM "reader"/,
    ],
  },
  {
    name: "a role that may not read",
    override: { ...withTables({ actions: { ...actions, readable: false } }), rows: null },
    says: [
      /^error rights: reader may not read "o"."sync_history" → GRANT USAGE ON SCHEMA "o" TO "reader";\nGRANT SELECT ON "o"."sync_history" TO "reader";$/,
    ],
  },
  {
    name: "no tables",
    override: {
      tables: { kind: "missing", lookedFor: ["a", "b"], elsewhere: [], schemas: [], others: [] },
      rows: null,
    },
    says: [/^error tables: no table to read: looked for a, b/],
  },
  {
    name: "tables of two presets",
    override: { tables: { kind: "problem", problem: "choose" }, rows: null },
    says: [/^error tables: choose/],
  },
  {
    name: "a second copy",
    override: { copies: [{ ...actions, name: '"django"."sync_history"', rows: 7 }] },
    says: [/^warn copies: "django"."sync_history" has a name of the preset too, about 7 rows/],
  },
  {
    name: "many copies: one line",
    override: { copies: ["a", "b", "c", "d"].map((schema) => ({ ...actions, name: `"${schema}"."sync_history"` })) },
    says: [/^warn copies: 4 other tables have names of the preset too, and are not read: "a"."sync_history", /],
  },
  {
    name: "what another CRM reads is no copy",
    override: { copies: [{ ...actions, name: '"crm"."sync_history"' }] },
    says: [],
  },
  {
    name: "the one table there is, in another schema, is no copy",
    override: {
      tables: { kind: "missing", lookedFor: ["a"], elsewhere: ["b.a"], schemas: ["b"], others: [] },
      copies: [{ ...actions, name: '"b"."a"' }],
      rows: null,
    },
    says: [/^error tables: no table to read: looked for a; there is b\.a → set schema = "b" for this CRM$/],
  },
  {
    name: "a view in the place of sync_history",
    override: {
      tables: {
        kind: "incomplete",
        preset: "sync-history",
        table: {
          name: '"o"."sync_history"',
          schema: '"o"',
          likely: findLikelyColumns({
            name: "sync_history",
            columns: ["id", "crm_source", "sync_type", "status", "start_time", "end_time"],
          }),
          names: {},
        },
        missing: ["records_failed"],
      },
      rows: null,
    },
    says: [
      /CREATE VIEW "o"\.automation_actions[^]*GRANT SELECT ON "o"\.automation_actions TO "reader";\nand in the configuration, under \[crm\.…\] of each CRM whose runs are there:\npreset = "automation"\nschema = "o"\ntable = "automation_actions"\nits schedules and wrappers are not in the view/,
    ],
  },
  {
    name: "no row of this CRM",
    override: { rows: { ...good.rows!, newestMs: null } },
    says: [/^warn rows: no row of hubspot → set crm_source/],
  },
  {
    name: "no new row of this CRM, and older ones would cost too much",
    override: { rows: { ...good.rows!, newestMs: null, isRecentOnly: true } },
    says: [/^warn rows: no row of hubspot in the last 30 days → set crm_source/],
  },
  {
    name: "rows of this CRM whose starts cannot be read",
    override: {
      rows: {
        ...good.rows!,
        newestMs: null,
        unreadable: [{ rule: "contacts", n: 3, newer: 3, ids: ["1"], form: "00.00.0000" }],
      },
    },
    says: [
      /^warn rows: no row of hubspot has a start that can be read/,
      /^warn starts: 3 rows of contacts cannot be read/,
    ],
  },
  {
    name: "a source nobody configured",
    override: { rows: { ...good.rows!, sources: ["hubspot", "Call Rail"] } },
    says: [
      /^warn sources: rows of Call Rail \(last 7 days\) are in no report → add \[crm\.call_rail\] with crm_source = "Call Rail" to the configuration, or set crm_source of a CRM that is called so now$/,
    ],
  },
  {
    name: "sources nobody configured, while nothing is known of this one",
    override: { rows: { ...good.rows!, newestMs: null, sources: ["hubspot_v2", "3CX"] } },
    says: [
      /^warn rows: no row of hubspot → set crm_source to .*; rows of hubspot_v2, 3CX are in no report: they may be its own$/,
      /^warn sources: .* → add \[crm\.hubspot_v2\], \[crm\.cx\] with crm_source = "3CX" to the configuration, or /,
    ],
  },
  {
    name: "rows without a source",
    override: { rows: { ...good.rows!, sources: ["hubspot", "  "], nameless: 3 } },
    says: [
      /^warn sources: 3 rows of the last 7 days have no crm_source, and are in no report → let the syncs write it/,
    ],
  },
  {
    name: "success rates in two scales",
    override: { rows: { ...good.rows!, scale: { fractions: 40, percentages: 3 } } },
    says: [/^warn success-scale: .*40 below 1 and 3 above/],
  },
  {
    name: "a query that cannot be planned",
    override: { plan: { document: null, problem: 'column "x" does not exist' } },
    says: [/^error plan: column "x" does not exist/],
  },
  {
    name: "a bad plan",
    override: {
      plan: { document: { Plan: { "Node Type": "Seq Scan", "Relation Name": "sync_history" } }, problem: null },
    },
    says: [/^warn plan: the query reads the whole table sync_history → create an index on \(crm_source, start_time\)/],
  },
  {
    name: "no statistics",
    override: { statistics: { analyzedMs: null, modifiedShare: null } },
    says: [/^warn statistics: .*never analysed.*ANALYZE "o"."sync_history"/],
  },
  {
    name: "stale statistics",
    override: { statistics: { analyzedMs: NOW - HOUR_MS, modifiedShare: 0.21 } },
    says: [/^warn statistics: statistics are stale: 21 %/],
  },
  {
    name: "an invalid index",
    override: {
      indexes: [
        ...good.indexes,
        { name: 'o."half""done"', valid: false, columns: ["x"], keyColumns: 1, partial: false },
      ],
    },
    says: [/^warn indexes: the index o."half""done" is invalid.*DROP INDEX CONCURRENTLY o."half""done"/],
  },
  {
    name: "no index for the report",
    override: {
      indexes: [
        { name: "i", valid: true, columns: ["crm_source", "sync_type", "start_time"], keyColumns: 3, partial: false },
      ],
    },
    says: [
      /^warn indexes: an index \(about 165 MB\) would let a report read this CRM's rows only.*CREATE INDEX CONCURRENTLY ON "o"."sync_history" \(crm_source, start_time\)$/,
      /^warn indexes: an index \(about 405 MB\) would make a 24-hour report.*\(crm_source, start_time\) INCLUDE \(status\)$/,
    ],
  },
  {
    name: "an index that is partial serves only some rows",
    override: { indexes: [{ ...good.indexes[0]!, partial: true }] },
    says: [/165 MB/, /405 MB/],
  },
  {
    name: "no index on a small table",
    override: { ...withTables({ actions: { ...actions, rows: 99_999 } }), indexes: [] },
    says: [],
  },
  {
    name: "a view has neither statistics nor indexes",
    override: { ...withTables({ actions: { ...actions, stored: false } }), statistics: null, indexes: [] },
    says: [],
  },
])("$name", ({ override, says }) => {
  const items = odd(judge(override));
  expect(items).toHaveLength(says.length);
  for (const [index, pattern] of says.entries()) expect(items[index]).toMatch(pattern);
});

test.each([
  { name: "indexed", journalMode: "delete", plan: ["SEARCH automation_actions USING INDEX i"], says: [] },
  { name: "scanned", journalMode: "delete", plan: ["SCAN automation_actions"], says: [/^warn plan: .*CREATE INDEX/] },
  {
    name: "scanned under a name of its own",
    journalMode: "delete",
    table: "orchestration.sync_history",
    plan: ["SCAN orchestration.sync_history"],
    says: [/^warn plan: .*CREATE INDEX/],
  },
  { name: "WAL", journalMode: "wal", plan: [], says: [/^warn connection: .*journal_mode=DELETE/] },
])("SQLite, $name", ({ journalMode, table = "automation_actions", plan, says }) => {
  const facts: WarehouseFacts = {
    kind: "sqlite",
    journalMode,
    bytes: 4096,
    plan: [...plan],
    indexes: [],
    tables: {
      kind: "found",
      found: { ...found, preset: "automation", shape: null, actions: { ...actions, relation: table } },
    },
    copies: [],
    rows: good.rows,
    settings: good.settings,
  };
  const context = {
    nowMs: NOW,
    windowDays: 1,
    analyzed: false,
    configuredSources: ["hubspot", "genius"],
    source: "hubspot",
    crm: "hubspot",
    tablesOfOthers: [],
  };
  const items = odd(judgeFacts(facts, context));
  expect(items).toHaveLength(says.length);
  for (const [index, pattern] of says.entries()) expect(items[index]).toMatch(pattern);
});

test.each([
  { hides: null, says: "skipped: finding the newest row of a table of this size needs an index on start_time" },
  {
    hides: { kind: "view", behind: ["cron.job_run_details"] } as const,
    says: "skipped: whether an index leads to the newest row is not known of a view",
  },
])("the newest row was not looked for: $says", ({ hides, says }) => {
  const read = hides === null ? actions : { ...actions, hides: { ...hides, behind: [...hides.behind] } };
  const items = judge({ ...withTables({ actions: read }), rows: null });
  expect(items.find(({ id }) => id === "rows")).toMatchObject({ status: "ok", message: says });
});
