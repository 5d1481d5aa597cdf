/** From a route to its page: loads what it needs and puts it together. */
import type { Verdict } from "../../report/words.ts";
import { publishSchedule } from "../../schedule/published.ts";
import { sourcesOf } from "../../report/pass/standing-causes.ts";
import { sayRulesListed } from "../../report/document/left-out.ts";
import type { Report } from "../../report/document/schema.ts";
import { publishKeptReport } from "../../store/published.ts";
import { formatInstant, formatMinute } from "../../text/figures.ts";
import { quoteWord, showText } from "../../text/terminal.ts";
import { HOUR_MS } from "../../time/units.ts";
import type { Frame, Links, Notice, PageView, Range, ReportsView, Route, RuleQuery } from "../../dashboard/view.ts";
import { RANGE_MS, viewCrm } from "../../dashboard/views/crm.ts";
import { framePage } from "../../dashboard/views/frame.ts";
import {
  adviseOnUnread,
  listFailureCauses,
  rankCrms,
  viewOverview,
  type KnownCrm,
} from "../../dashboard/views/overview.ts";
import { viewRulePage } from "../../dashboard/views/rule.ts";
import { listNotices, viewSchedules } from "../../dashboard/views/schedule.ts";
import { originsOf } from "../limits.ts";
import { hidePathsIn } from "./hide.ts";
import { loadPass, loadReport, loadSchedules, loadStandings, nextPass, type Desk, type Standings } from "./load.ts";
import { readPast } from "./past.ts";

export type PageQuery = { range: Range; rules: RuleQuery; reports: ReportsView["query"] };

export type Surroundings = {
  place: Frame["place"];
  version: string;
  links: Links;
  /** Where news come from; null: nothing is heard of. */
  events: string | null;
  signOut: string | null;
  iconOf: (verdict: Verdict) => string;
  /** Which reports and passes have a page; null: all that are kept. */
  only: { reports: Set<string>; passes: Set<string> } | null;
  /** How the address of the page changes with the range; null: it cannot. */
  rangeHref: ((range: Range) => string) | null;
};

const MOST_REPORTS = 200;
const EARLIER_REPORTS = 20;

/** `status`: of HTTP. */
export async function composePage(
  here: Route,
  query: PageQuery,
  desk: Desk,
  around: Surroundings,
): Promise<{ status: 200 | 404; view: PageView }> {
  const standings = await loadStandings(desk);
  const content = (await composeContent(here, query, desk, around, standings)) ?? describeUnreported(here, standings);
  const isLive = !(here.page === "pass" || (here.page !== "overview" && "report" in here && here.report !== null));
  const view = framePage(
    content ?? missing(here),
    {
      here:
        content !== null && content.kind === "crm" && here.page === "crm" ? { ...here, crm: content.head.crm } : here,
      crms: rankCrms(standings).map(({ source, standing }) => ({ name: source, standing })),
      hasSchedules: desk.config.schedules.length > 0,
      nowMs: desk.nowMs,
      version: around.version,
      place: around.place,
      events: isLive ? around.events : null,
      signOut: around.signOut,
      iconOf: around.iconOf,
    },
    around.links,
  );
  const isMissing = content === null || (content.kind === "missing" && here.page === "rule");
  return { status: isMissing ? 404 : 200, view: hidePathsIn(view, desk.config) };
}

async function composeContent(
  here: Route,
  query: PageQuery,
  desk: Desk,
  around: Surroundings,
  standings: Standings,
): Promise<PageView["content"] | null> {
  const { links } = around;
  if (here.page === "crm") return await composeCrm(here, query, desk, around, standings);
  if (here.page === "rule") return await composeRule(here, desk, around, standings);
  if (here.page === "reports") return await composeReports(query.reports, desk, around);
  if (here.page === "overview") return await composeOverview(standings, desk, links);
  if (here.page === "pass") {
    const past = await loadPass(here.pass, desk);
    const facts = { notices: [], nextPass: null, nowMs: desk.nowMs, permalink: null, isPast: true };
    return past === null ? null : viewOverview({ ...past, ...facts }, links);
  }
  const schedules = (await loadSchedules(desk)).map((one) => ({
    ...one,
    published: publishSchedule(one.schedule, one.judgement, desk.nowMs),
  }));
  return viewSchedules(schedules, (id) => around.only === null || around.only.passes.has(id), links);
}

/** A CRM of the configuration of which there is no report yet. */
function describeUnreported(here: Route, { crms }: Standings): PageView["content"] | null {
  const known =
    here.page === "crm" && here.report === null ? crms.find(({ source }) => source === here.crm) : undefined;
  if (known === undefined) return null;
  const notices = listNoticesOf(known.source, crms).map(({ text }) => text);
  return {
    kind: "missing",
    standing: known.reason === null ? null : "unread",
    headline: `No report on ${showText(known.source)} ${known.stale === null ? "was made yet" : "can be shown"}`,
    text:
      notices.length === 0
        ? "The next one shows here."
        : `${notices.join("; ")}. ${adviseOnUnread(known.source, known.reason)}`,
  };
}

const UNKNOWN_CRM = { reason: null, unreadSinceMs: null, stale: null, report: null };

/** What is known beside the report that a page is about. Of an older report nothing is. */
function placeReport<Found extends { report: Report }>(
  found: Found,
  here: Extract<Route, { page: "crm" | "rule" }>,
  crms: KnownCrm[],
) {
  const isNewest = here.report === null;
  const isConfigured = crms.some(({ source }) => source === here.crm);
  return {
    ...found,
    isConfigured: !isNewest || isConfigured,
    notices: isNewest ? listNoticesOf(here.crm, crms) : [],
    outdated: !isNewest ? null : isConfigured ? sayOutdated(here.crm, crms) : sayRemoved(found.report),
  };
}

function sayRemoved({ metadata }: Report): string {
  return `no longer in the configuration: nothing reads it; below is the report to ${formatMinute(metadata.window_end)} UTC`;
}

/** Null: the newest report tells of now, or says itself that there is no table. */
function sayOutdated(crm: string, crms: KnownCrm[]): string | null {
  const { reason, unreadSinceMs, stale, report } = crms.find(({ source }) => source === crm) ?? UNKNOWN_CRM;
  if (report === null || report.metadata.status === "fallback" || (reason === null && stale === null)) return null;
  const below = `below is the report to ${formatMinute(report.metadata.window_end)} UTC`;
  if (reason === null) return `${stale ?? ""}; ${below}`;
  return `not read${saySince(unreadSinceMs)}; ${below}`;
}

function saySince(ms: number | null): string {
  return ms === null ? "" : ` since ${formatMinute(formatInstant(ms))} UTC`;
}

/** What the page of a CRM must say before its figures: they are old, or nothing could be read since. */
function listNoticesOf(crm: string, crms: KnownCrm[]): Notice[] {
  const { reason, unreadSinceMs, stale, report } = crms.find(({ source }) => source === crm) ?? UNKNOWN_CRM;
  // The report says itself that there is no table.
  if (report?.metadata.status === "fallback") return [];
  const since = report === null ? saySince(unreadSinceMs) : "";
  const unread = reason === null ? null : `Not read${since}: ${showText(reason.split("\n")[0] ?? "")}`;
  // Beside a report it stands in the headline.
  const old = report === null ? stale : null;
  return [unread, old].flatMap((text) => (text === null ? [] : [{ severity: "critical" as const, text, href: null }]));
}

function missing(here: Route): PageView["content"] {
  const name = here.page === "crm" ? "CRM" : here.page;
  const what = "report" in here && here.report !== null ? "report" : name;
  return {
    kind: "missing",
    standing: null,
    headline: `There is no such ${what}`,
    text: "It was never made, it was deleted since, or the address is not quite right.",
  };
}

async function composeOverview(standings: Standings, desk: Desk, links: Links): Promise<PageView["content"]> {
  const judgements = (await loadSchedules(desk)).map(({ judgement }) => judgement);
  const [newest] = standings.passes;
  return viewOverview(
    {
      ...standings,
      notices: listNotices(judgements, links),
      nextPass: nextPass(desk),
      nowMs: desk.nowMs,
      permalink: newest === undefined ? null : links({ page: "pass", pass: newest.pass_id }),
      isPast: false,
    },
    links,
  );
}

async function composeCrm(
  here: Extract<Route, { page: "crm" }>,
  { range, rules }: PageQuery,
  desk: Desk,
  { links, rangeHref, only }: Surroundings,
  standings: Standings,
): Promise<PageView["content"] | null> {
  const found = await loadReport(here.report === null ? { crm: here.crm } : { id: here.report }, desk, only);
  if (found === null) return null;
  const place = placeReport(found, here, standings.crms);
  const crm = place.report.metadata.source;
  // Of an older report nothing is known beside it.
  const causes =
    here.report === null ? listFailureCauses(standings).filter((cause) => sourcesOf(cause).includes(crm)) : [];
  const past = await readPast(crm, range, Date.parse(place.report.metadata.window_end), desk);
  return viewCrm(
    { place, causes, past, range, query: rules, lateAfterMs: lateAfter(crm, desk), nowMs: desk.nowMs, rangeHref },
    links,
  );
}

async function composeRule(
  here: Extract<Route, { page: "rule" }>,
  desk: Desk,
  { links, only }: Surroundings,
  { crms }: Standings,
): Promise<PageView["content"] | null> {
  const found = await loadReport(here.report === null ? { crm: here.crm } : { id: here.report }, desk, only);
  if (found === null) return null;
  const place = placeReport(found, here, crms);
  const { metadata } = place.report;
  const crm = desk.config.crms.find(({ name }) => name === metadata.source);
  const listed = sayRulesListed(place.report);
  if (listed !== null && !place.report.rules.some(({ rule_name: name }) => name === here.rule)) {
    return {
      kind: "missing",
      standing: null,
      headline: "There is no such rule in the report",
      text: `It ${listed}. This reads any of them: automation-reports explain ${quoteWord(metadata.source)} RULE`,
    };
  }
  if (metadata.status === "fallback") {
    return {
      kind: "missing",
      standing: "unread",
      headline: `Nothing is known of the rules of ${showText(metadata.source)}`,
      text: `${showText(metadata.note ?? "")}. ${adviseOnUnread(metadata.source, metadata.note)}`,
    };
  }
  const earlier = place.kept.slice(0, EARLIER_REPORTS).map(({ id }) => id);
  return viewRulePage(
    {
      place,
      rule: here.rule,
      others: (await desk.library.readOthers(place)).map(({ report }) => report),
      origins: originsOf(crm, here.rule),
      lateAfterMs: lateAfter(metadata.source, desk),
      nowMs: desk.nowMs,
      earlier: await desk.library.readSlims(earlier.toReversed()),
    },
    links,
  );
}

async function composeReports(
  query: ReportsView["query"],
  desk: Desk,
  { links, only }: Surroundings,
): Promise<PageView["content"]> {
  const filter = {
    ...(query.crm === "" ? {} : { sources: [query.crm] }),
    ...(query.verdict === "" ? {} : { verdicts: [query.verdict] }),
  };
  const { reports } = desk.store;
  const untilMs = await reports.findPresent(desk.nowMs);
  const shown = { ...filter, sinceMs: desk.nowMs - RANGE_MS[query.range], untilMs };
  const all = await reports.list({ ...shown, limit: MOST_REPORTS });
  const count = await reports.count(shown);
  const [ahead] = await reports.list({ ...filter, sinceMs: untilMs, limit: 1 });
  const rows = all.filter(({ id }) => only === null || only.reports.has(id));
  return {
    kind: "reports",
    query,
    // Of one that is no longer configured there may be reports.
    crms: [...new Set([...desk.config.crms.map(({ name }) => name), ...(query.crm === "" ? [] : [query.crm])])].map(
      (name) => showText(name),
    ),
    rows: rows.map((row) => ({
      href: links({ page: "crm", crm: row.source, report: row.id }),
      crm: showText(row.source),
      origin: showText(row.origin),
      verdict: row.summary?.verdict ?? null,
      rate: publishKeptReport(row).overall_success_rate,
      // Where there was no table nothing is known of them.
      runs: row.status === "fallback" ? null : (row.summary?.total ?? null),
      critical: row.summary?.critical ?? null,
      windowHours: (row.windowEndMs - row.windowStartMs) / HOUR_MS,
      windowEnd: formatInstant(row.windowEndMs),
      madeAt: formatInstant(row.generatedMs),
      passHref: only === null || only.passes.has(row.passId) ? links({ page: "pass", pass: row.passId }) : null,
    })),
    more: only === null ? Math.max(0, count - all.length) : 0,
    aheadUntil: ahead === undefined ? null : formatInstant(ahead.generatedMs),
  };
}

function lateAfter(crm: string, { config }: Desk): number {
  return config.crms.find(({ name }) => name === crm)?.lateAfterMs ?? 15 * 60_000;
}
