/** From facts about a warehouse to what is well, what is odd and what is wrong, each with its advice. Pure. */
import { formatCount, formatInstant, formatMinute, formatPlural, listNames } from "../text/figures.ts";
import { quoteVisibly, trimBlanks } from "../text/blanks.ts";
import { describeForms } from "../text/unreadable-starts.ts";
import type { FoundTables, RowFacts, TableFacts, WarehouseFacts } from "../warehouse/facts.ts";
import { describeAge, formatBytes, formatDuration, formatMs } from "../text/figures.ts";
import type { CheckContext, Judged, Judgement } from "./judged.ts";
import { judgePolicies } from "./judge-reach.ts";
import { judgeServer } from "./judge-server.ts";
import { judgeSettings } from "./judge-settings.ts";
import { judgeSpeed } from "./judge-speed.ts";
import type { CheckItem, CheckStatus } from "./schema.ts";
import { adviseView, writeView } from "./view.ts";
import { CLOCK_DIFFERENCE_MS, DAY_MS } from "../time/units.ts";

const NO_TABLE_ADVICE =
  "set preset, schema and table for this CRM, or create the tables of `automation-reports schema sql`";
const COPY_ADVICE =
  "if the syncs write there, set schema and table; otherwise drop it, so that nobody mistakes it for the real table";
const NOT_IN_VIEW =
  "its schedules and wrappers are not in the view: give rules that must not be missed `expect`, and name wrappers in wrapper_rules";
/** More are told in one line. */
const MOST_COPIES = 3;
const MOST_EVIDENCE = 50;
/** Longer than a week, for there are weekly syncs. */
const OLD_ROW_MS = 8 * DAY_MS;

/** In the order in which an operator asks: am I in, may I read, what is there, how quick is it. */
export function judgeFacts(facts: WarehouseFacts, context: CheckContext): CheckItem[] {
  const found = facts.tables.kind === "found" ? facts.tables.found : null;
  const judged: Judgement[] = [
    ["connection", [judgeConnection(facts)]],
    ...(facts.kind === "postgres" ? judgeServer(facts, found) : []),
    ["policies", facts.kind === "postgres" && found !== null ? judgePolicies(found, facts.role.name) : []],
    ["tables", [judgeTables(facts, context)]],
    // Where no table was chosen yet, none is a copy of another.
    ["copies", found === null ? [] : judgeCopies(facts.copies, context.tablesOfOthers)],
    ...(found === null ? [] : judgeRows(facts, found, context)),
    // Where the CRM has no run at all, its settings are not what is wrong.
    [
      "settings",
      found?.actions.readable === true && facts.rows?.newestMs !== null ? judgeSettings(facts, context.crm) : [],
    ],
    ...(found === null ? [] : judgeSpeed(facts, found, context)),
  ];
  return judged.flatMap(([id, items]) => items.map((item) => ({ id, advice: null, evidence: {}, ...item })));
}

/** An item that says the warehouse could not be examined at all. */
export function describeUnreachable(reason: string): CheckItem {
  return { id: "connection", status: "error", message: reason, advice: null, evidence: {} };
}

/** The worst of them. */
export function worstStatus(items: CheckItem[]): CheckStatus {
  return items.some(({ status }) => status === "error")
    ? "error"
    : items.some(({ status }) => status === "warn")
      ? "warn"
      : "ok";
}

function judgeConnection(facts: WarehouseFacts): Judged {
  if (facts.kind === "sqlite") {
    const wal = facts.journalMode === "wal";
    return {
      status: wal ? "warn" : "ok",
      message: `opened for reading, ${formatBytes(facts.bytes)}, journal mode ${facts.journalMode}`,
      advice: wal
        ? "a user who may not write beside a WAL file cannot read it: use PRAGMA journal_mode=DELETE where reports run as another user"
        : null,
      evidence: { bytes: facts.bytes, journal_mode: facts.journalMode },
    };
  }
  return {
    status: "ok",
    message: `open in ${formatMs(facts.openMs)}, a round trip takes ${formatMs(facts.roundTripMs)}`,
    evidence: { open_seconds: facts.openMs / 1000, round_trip_seconds: facts.roundTripMs / 1000 },
  };
}

function judgeTables(facts: WarehouseFacts, context: CheckContext): Judged {
  const { tables } = facts;
  const role = facts.kind === "postgres" ? facts.role.name : null;
  if (tables.kind === "problem") return { status: "error", message: tables.problem };
  if (tables.kind === "missing") {
    return {
      status: "error",
      message: `no table to read: looked for ${tables.lookedFor.join(", ")}${tables.elsewhere.length === 0 ? "" : `; there is ${tables.elsewhere.join(", ")}`}`,
      advice: adviseOnMissing(tables, context, role),
      evidence: { looked_for: tables.lookedFor, elsewhere: tables.elsewhere },
    };
  }
  if (tables.kind === "incomplete") return judgeIncomplete(tables, context, role);
  const { preset, shape, actions, rules, rulesProblem } = tables.found;
  const shapes = { M: ", shape M (as migrated)", H: ", shape H (repaired by hand)", other: ", of neither known shape" };
  const rows = actions.rows === null ? "" : `, about ${formatCount(Math.round(actions.rows))} rows`;
  const size = actions.rows === null || !actions.stored ? rows : `${rows}, ${formatBytes(actions.bytes)}`;
  return {
    status: rulesProblem === undefined ? "ok" : "warn",
    advice: rulesProblem?.advice ?? null,
    message:
      `preset ${preset}${shape === null ? "" : shapes[shape]}: ${actions.name}${size}${describeHidden(actions)}` +
      `; ${rulesProblem?.fact ?? (rules === null ? "no table declares rules" : `rules in ${rules.name}`)}`,
    evidence: {
      preset,
      shape,
      actions: actions.name,
      rules: rules?.name ?? null,
      rows: actions.rows,
      bytes: actions.stored ? actions.bytes : null,
      behind: actions.hides?.behind ?? [],
    },
  };
}

function adviseOnMissing(
  { schemas, advice, others }: Extract<WarehouseFacts["tables"], { kind: "missing" }>,
  context: CheckContext,
  role: string | null,
): string {
  if (advice !== undefined) return advice;
  if (schemas.length === 0) return adviseView(others, readerOf(context, role)) ?? NO_TABLE_ADVICE;
  const named = schemas.map((schema) => JSON.stringify(schema));
  return `set schema = ${named.slice(0, MOST_COPIES).join(" or ")} for this CRM`;
}

function judgeIncomplete(
  { table, preset, missing }: Extract<WarehouseFacts["tables"], { kind: "incomplete" }>,
  context: CheckContext,
  role: string | null,
): Judged {
  const view = writeView(table, readerOf(context, role));
  const without = preset === "automation" ? "" : `\n${NOT_IN_VIEW}`;
  return {
    status: "error",
    message: `${table.name} lacks ${missing.length === 1 ? "the column" : "the columns"} ${missing.join(", ")} of the preset ${preset}`,
    advice: `${view}${without}`,
    evidence: { table: table.name, preset, missing },
  };
}

function readerOf({ source, crm, configuredSources }: CheckContext, role: string | null) {
  return { source, crm, role, isAlone: configuredSources.every((other) => other === source) };
}

/** What is behind it has the size and the indexes, and they are not looked at. */
function describeHidden({ hides }: TableFacts): string {
  if (hides === null) return "";
  if (hides.kind === "materialized view") return ", a materialized view: as old as its last REFRESH";
  const behind =
    hides.behind.length === 0 ? "" : `${hides.kind === "view" ? " over" : " of the server"} ${hides.behind.join(", ")}`;
  return `, a ${hides.kind}${behind}: its size and its indexes are not known from here`;
}

function judgeCopies(tables: TableFacts[], tablesOfOthers: string[]): Judged[] {
  const copies = tables.filter(({ name }) => !tablesOfOthers.includes(name));
  if (copies.length <= MOST_COPIES) return copies.map(judgeCopy);
  const names = copies.map(({ name }) => name);
  const message = `${formatCount(copies.length)} other tables have names of the preset too, and are not read: ${listNames(names)}`;
  return [{ status: "warn", message, advice: COPY_ADVICE, evidence: { tables: names.slice(0, MOST_EVIDENCE) } }];
}

function judgeCopy({ name, rows }: TableFacts): Judged {
  const size = rows === null ? "" : `, about ${formatCount(Math.round(rows))} rows`;
  return {
    status: "warn",
    message: `${name} has a name of the preset too${size}, and is not read`,
    advice: COPY_ADVICE,
    evidence: { table: name, rows },
  };
}

const AHEAD_ADVICE = "a worker's clock is wrong, or it writes local time: then set timezone, or let it write UTC";

function judgeRows(facts: WarehouseFacts, found: FoundTables, context: CheckContext): Judgement[] {
  const { rows } = facts;
  if (rows === null) {
    // What keeps it from being read is told beside.
    if (facts.kind === "postgres" && facts.plan.problem !== null) return [];
    const { hides } = found.actions;
    const message =
      hides === null
        ? `skipped: finding the newest row of a table of this size needs an index on ${found.columns.start}`
        : `skipped: whether an index leads to the newest row is not known of a ${hides.kind}`;
    return found.actions.readable ? [["rows", [{ status: "ok", message }]]] : [];
  }
  const { oldestMs, newestMs, nameless, scale } = rows;
  const sources = rows.sources.filter((source) => plain(source) !== "");
  const isOld = newestMs !== null && context.nowMs - newestMs > OLD_ROW_MS;
  const isAhead = newestMs !== null && newestMs - context.nowMs > CLOCK_DIFFERENCE_MS;
  const known = context.configuredSources.map(plain);
  const strangers = sources.filter((source) => !known.includes(plain(source)));
  const span: Judged =
    newestMs === null
      ? judgeNoRow(rows, context, strangers)
      : {
          status: isOld || isAhead ? "warn" : "ok",
          advice: isOld ? `look whether its syncs still run${sayOtherNames(strangers)}` : isAhead ? AHEAD_ADVICE : null,
          message: `newest row of ${context.source} ${isAhead ? `${formatDuration((newestMs - context.nowMs) / 1000)} in the future` : describeAge(newestMs, context.nowMs)}${oldestMs === null ? "" : `; the table begins ${formatMinute(formatInstant(Math.round(oldestMs)))}`}`,
        };
  const instant = (ms: number | null) => (ms === null ? null : formatInstant(Math.round(ms)));
  const evidence = { oldest: instant(oldestMs), newest: instant(newestMs) };
  const alike = sources.filter((source) => source !== context.source && plain(source) === plain(context.source));
  return [
    ["rows", [{ ...span, evidence }]],
    ["starts", judgeStarts(rows.unreadable)],
    [
      "sources",
      [
        ...judgeSpelling(alike, context.source),
        ...judgeNameless(nameless),
        ...judgeSources(strangers, nameless === 0 ? sources.length : 0),
      ],
    ],
    ["success-scale", scale !== null && scale.fractions > 0 && scale.percentages > 0 ? [judgeScale(scale)] : []],
  ];
}

/** Rows whose start cannot be read are of the right CRM: what is wrong with them is told by themselves. */
function judgeNoRow({ isRecentOnly, unreadable }: RowFacts, { source }: CheckContext, strangers: string[]): Judged {
  const span = isRecentOnly ? " in the last 30 days" : "";
  if (unreadable.length > 0)
    return { status: "warn", message: `no row of ${source} has a start that can be read${span}` };
  return {
    status: "warn",
    message: `no row of ${source}${span}`,
    advice: `set crm_source to the value in the warehouse, or look why nothing runs${sayOtherNames(strangers)}`,
  };
}

/** `strangers`: names of rows that are in no report. */
function sayOtherNames(strangers: string[]): string {
  return strangers.length === 0 ? "" : `; rows of ${listNames(strangers)} are in no report: they may be its own`;
}

function judgeStarts(unreadable: RowFacts["unreadable"]): Judged[] {
  if (unreadable.length === 0) return [];
  const rows = unreadable.reduce((sum, { n }) => sum + n, 0);
  return [
    {
      status: "warn",
      message: `${formatPlural(rows, "row")} of ${listNames(unreadable.map(({ rule }) => rule))} cannot be read: ${describeForms(unreadable.map(({ form }) => form))}`,
      advice: "let the syncs write 2026-07-10T21:00:00Z, or a time of the database: these rows are in no report",
      evidence: {
        rows,
        rules: unreadable.map(({ rule }) => rule),
        row_ids: unreadable.flatMap(({ ids }) => ids).slice(0, 3),
      },
    },
  ];
}

/** crm_source is compared letter by letter: other capitals and blanks are another CRM. */
function judgeSpelling(alike: string[], source: string): Judged[] {
  if (alike.length === 0) return [];
  const names = alike.map((name) => quoteVisibly(name)).join(", ");
  return [
    {
      status: "warn",
      message: `crm_source is also written ${names} there, which is not read as ${JSON.stringify(source)}`,
      advice: `set crm_source = ${quoteVisibly(alike[0] ?? "")} if these are the runs that are meant`,
      evidence: { sources: alike },
    },
  ];
}

function judgeNameless(rows: number): Judged[] {
  if (rows === 0) return [];
  return [
    {
      status: "warn",
      message: `${formatPlural(rows, "row")} of the last 7 days ${rows === 1 ? "has" : "have"} no crm_source, and ${rows === 1 ? "is" : "are"} in no report`,
      advice: "let the syncs write it, as before if they once did; else read a view that says whose these rows are",
      evidence: { rows },
    },
  ];
}

function plain(source: string): string {
  return trimBlanks(source).toLowerCase();
}

function judgeSources(strangers: string[], all: number): Judged[] {
  if (strangers.length === 0) {
    return all === 0 ? [] : [{ status: "ok", message: `every crm_source of the last 7 days is configured (${all})` }];
  }
  return [
    {
      status: "warn",
      message: `rows of ${listNames(strangers, strangers.length)} (last 7 days) are in no report`,
      advice: `add ${listNames(strangers.map(nameTable))} to the configuration, or set crm_source of a CRM that is called so now`,
      evidence: { sources: strangers },
    },
  ];
}

/** With its `crm_source`, where a table cannot be called so. */
function nameTable(source: string): string {
  const name = source
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "_")
    .replace(/^[^a-z]+/, "");
  const table = `[crm.${name === "" ? "NAME" : name}]`;
  return name === source ? table : `${table} with crm_source = ${JSON.stringify(source)}`;
}

function judgeScale({ fractions, percentages }: { fractions: number; percentages: number }): Judged {
  return {
    status: "warn",
    message: `performance_metrics holds success rates in two scales: ${formatCount(fractions)} below 1 and ${formatCount(percentages)} above in the last 7 days`,
    advice: "reports count runs and do not read them; programs that read them must tell the writers apart",
    evidence: { fractions, percentages },
  };
}
