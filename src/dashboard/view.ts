/** What a page shows, as plain data: made on the server, rendered there, and handed to the browser with the page. */
import type { Standing } from "../report/pass/attention.ts";
import type { TickReason } from "../report/document/tick-schema.ts";
import type { ActionStatus, Condition, Severity, Verdict } from "../report/words.ts";

/** Where a page is. */
export type Route =
  | { page: "overview" }
  | { page: "pass"; pass: string }
  | { page: "crm"; crm: string; report: string | null }
  | { page: "rule"; crm: string; rule: string; report: string | null }
  | { page: "schedule" }
  | { page: "reports" };

/** The address of a page, as links write it. */
export type Links = (route: Route) => string;

/** What is the same on every page. */
export type Frame = {
  title: string;
  current: Route["page"];
  version: string;
  /** When the page was made, epoch milliseconds. */
  nowMs: number;
  /** `site`: a file that is opened from disk; nothing changes in it and nothing can be asked. */
  place: "server" | "site";
  verdict: Verdict;
  /** The address of the sign in the browser's tab. */
  icon: string;
  /** Where a signed-in reader signs out; null: there is nothing to sign out of. */
  signOut: string | null;
  links: { overview: string; schedule: string | null; reports: string };
  crms: { name: string; standing: Standing; href: string; isCurrent: boolean }[];
  /** Where the page hears that something happened; null: it is about the past, or a file. */
  events: string | null;
  /** False: of a file, of an earlier report, or of one that is too old, nobody knows whether it still holds. */
  isOfNow: boolean;
};

export type PageView = Frame & {
  content: OverviewView | CrmView | RuleView | ScheduleView | ReportsView | MissingView;
};

/** Runs by stretches of time. An instant is RFC 3339; null: no report tells of that stretch. */
export type Strip = { start: string; stepHours: number; total: (number | null)[]; failed: (number | null)[] };

export type Notice = { severity: Severity; text: string; href: string | null };

/** `since`: RFC 3339, as far as it is known. */
export type FindingRow = {
  severity: Severity;
  crm: string | null;
  rule: string | null;
  href: string | null;
  text: string;
  since: string | null;
  advice: string[];
};

export type CrmRow = {
  name: string;
  href: string;
  standing: Standing;
  rate: number | null;
  runs: number | null;
  strip: Strip | null;
  lastSuccess: string | null;
  nextRun: string | null;
  /** The one thing to know, and the page that says more; null: nothing. */
  fact: string | null;
  factHref: string | null;
  /** How many further findings need somebody. */
  more: number;
  /** Of the report that is shown; null: there is none. */
  windowEnd: string | null;
};

export type OverviewView = {
  kind: "overview";
  verdict: Verdict;
  headline: string;
  /** What to look at first. */
  first: { name: string; text: string; href: string } | null;
  notices: Notice[];
  /** Null: there is no report yet. */
  window: { hours: number; end: string; madeAt: string } | null;
  runs: number;
  failed: number;
  read: number;
  next: string | null;
  permalink: string | null;
  causes: FindingRow[];
  rows: CrmRow[];
  findings: FindingRow[];
  moreFindings: number;
  /** Of those to act on, how many the reports leave out. */
  findingsLeftOut: number;
  notes: FindingRow[];
};

export const RANGES = ["24h", "7d", "30d"] as const;
export type Range = (typeof RANGES)[number];

/** One line of a chart. Seconds since the epoch; null: nothing is known there. */
export type Durations = { at: number[]; p50: (number | null)[]; p95: (number | null)[]; p99: (number | null)[] };

export type RuleRow = {
  name: string;
  href: string;
  condition: Condition;
  severity: Severity | null;
  text: string;
  since: string | null;
  rate: number | null;
  runs: number;
  p95: number | null;
  lastSuccess: string | null;
  /** Oldest first; null: the report was made without its details. */
  marks: ActionStatus[] | null;
  /** What was due and what of it started, in figures; null: runs are not counted against times. */
  due: string | null;
  /** The newest of the window, oldest first; null: runs are not expected at times. */
  ticks: TickReason[] | null;
  pattern: string | null;
  next: string[];
};

export type ErrorRow = {
  fingerprint: string;
  family: string;
  example: string;
  count: number;
  rules: { name: string; href: string }[];
  first: string;
  last: string;
  isNew: boolean;
};

export const RULE_SORTS = ["urgency", "rule", "runs", "rate", "p95", "success"] as const;
export type RuleSort = (typeof RULE_SORTS)[number];
export type RuleQuery = { q: string; condition: string; sort: RuleSort; down: boolean };

type ReportLink = { href: string; verdict: Verdict | null; windowEnd: string; isCurrent: boolean };

/** Of one report: which, how old, and whether it is the newest. */
export type ReportHead = {
  crm: string;
  crmHref: string;
  windowHours: number;
  windowStart: string;
  windowEnd: string;
  madeAt: string;
  isLatest: boolean;
  /** Why the report tells too little about now; null: it is as new as it should be, or an earlier one. */
  outdated: string | null;
  notices: Notice[];
  permalink: string;
  /** Oldest first. */
  reports: ReportLink[];
};

export type CrmView = {
  kind: "crm";
  head: ReportHead;
  verdict: Verdict;
  standing: Standing;
  headline: string;
  facts: { label: string; text: string }[];
  findings: FindingRow[];
  ranges: { name: Range; href: string; isCurrent: boolean }[];
  volume: Strip;
  durations: Durations;
  rules: RuleRow[];
  rulesLeftOut: number;
  /** Of those to act on, how many the report leaves out. */
  findingsLeftOut: number;
  query: RuleQuery;
  errors: ErrorRow[];
  contradictions: { count: number; text: string; rules: string; rows: string }[];
};

export type RunRow = {
  status: ActionStatus;
  startedAt: string;
  seconds: number | null;
  records: number | null;
  id: string | null;
  error: string | null;
};

export type RuleView = {
  kind: "rule";
  head: ReportHead;
  name: string;
  row: RuleRow;
  advice: string[];
  facts: { label: string; text: string }[];
  /** Why there are no ticks; null: there may be some. */
  notComparable: string | null;
  /** Each time that was due, RFC 3339, and what became of it. */
  ticks: { at: string; reason: TickReason; text: string }[];
  limits: { name: string; seconds: number | null; from: string }[];
  runs: RunRow[] | null;
  /** How many of those that failed are shown without their message, and why; null: none. */
  errorsNote: string | null;
  around: { crm: string; rule: string; href: string | null; condition: Condition; since: string }[];
  /** How many more there are. */
  aroundOmitted: number;
  /** The command that tells which line of the configuration would change the judgement; null: it is well. */
  settingCommand: string | null;
  /** What the kept reports said of the rule, oldest first. */
  history: { href: string; at: string; condition: Condition; severity: Severity | null }[];
};

/** `tone`: `dim`, what was left out on purpose. */
export type SlotMark = {
  slot: string;
  state: string;
  tone: "quiet" | "dim" | "warn" | "bad";
  note: string | null;
  href: string | null;
};

export type ScheduleView = {
  kind: "schedule";
  schedules: {
    name: string;
    verdict: Verdict;
    text: string;
    /** Whether it has made a report, or should have. */
    hasMade: boolean;
    /** Of slots that cannot be shown. */
    notices: Notice[];
    pattern: string;
    timezone: string;
    next: { utc: string; local: string }[];
    /** Oldest first. */
    slots: SlotMark[];
  }[];
  slots: (SlotMark & { schedule: string; began: string | null; ended: string | null; attempts: number })[];
};

export type ReportsView = {
  kind: "reports";
  query: { crm: string; range: Range; verdict: Verdict | "" };
  crms: string[];
  rows: {
    href: string;
    crm: string;
    origin: string;
    verdict: Verdict | null;
    rate: number | null;
    runs: number | null;
    critical: number | null;
    windowHours: number;
    windowEnd: string;
    madeAt: string;
    passHref: string | null;
  }[];
  more: number;
  /** Of what a clock that was ahead has made, and is left out, the newest; null: there is nothing. */
  aheadUntil: string | null;
};

/** `standing`: of the CRM that it is about; null: there is no such thing. */
type MissingView = { kind: "missing"; standing: Standing | null; headline: string; text: string };
