/** The demo's CRMs: what runs how often, and what goes wrong. Times are hours before the end of the 30 days. */
import type { AutomationLevel, PresetName } from "../report/words.ts";

export type DemoRule = {
  name: string;
  /** Minutes between two starts. */
  everyMinutes: number;
  /** Only between 06:00 and 20:00 UTC. */
  workingHours?: true;
  /** What its schedule says, where that is not how often it runs. */
  schedule?: string;
  seconds: number;
  records: number;
  /** Share of the runs that fail on an ordinary day. */
  failureRate: number;
  error: string;
  level: AutomationLevel;
  strategy: string;
  priority: string;
  enabled?: false;
  wrapper?: true;
  /** No run after this. */
  stoppedHoursAgo?: number;
  /** Runs that were started then and have not ended. */
  openHoursAgo?: number[];
  /** Declared, and never started. */
  neverRan?: true;
  /** Runs due in these hours before the end did not happen, or started late. */
  missed?: { fromHoursAgo: number; toHoursAgo: number };
  late?: { fromHoursAgo: number; toHoursAgo: number; minutes: number };
  /** Runs once a minute in these hours, by a mistake. */
  everyMinute?: { fromHoursAgo: number; toHoursAgo: number };
  /** Finds nothing since then. */
  emptyHoursAgo?: number;
};

export type Trouble = { fromHoursAgo: number; toHoursAgo: number; rules?: string[] } & (
  | { kind: "outage"; error: string }
  | { kind: "slow"; factor: number }
);

export type DemoCrm = {
  name: string;
  preset: PresetName;
  rules: DemoRule[];
  /** Names under which schedules call their rules, in a sync-history warehouse; the last matches nothing. */
  scheduleNames?: Record<string, string>;
  troubles: Trouble[];
};

/** One run as the demo writes it. */
export type DemoAction = {
  crm: string;
  rule: string;
  /** A word as a sync writes it. */
  status: string;
  startedMs: number;
  finishedMs: number | null;
  processed: number | null;
  created: number | null;
  updated: number | null;
  failed: number | null;
  error: string | null;
  wrapper: boolean;
};

export const DEMO_DAYS = 30;

/** All of them at once, over a full hour, when most of them run: one cause, not several. */
const NETWORK_DOWN: Trouble = {
  kind: "outage",
  fromHoursAgo: 13.05,
  toHoursAgo: 12.4,
  error: "Could not connect to proxy.internal:3128: Connection refused",
};

const full = { level: "fully_automatic", strategy: "delta", priority: "high" } as const;
const nightly = { level: "fully_automatic", strategy: "full", priority: "low" } as const;

export const DEMO_CRMS: DemoCrm[] = [
  {
    name: "hubspot",
    preset: "automation",
    rules: [
      {
        name: "contacts",
        everyMinutes: 30,
        seconds: 35,
        records: 420,
        failureRate: 0.003,
        error: "HTTP 502 Bad Gateway",
        ...full,
      },
      {
        name: "deals",
        everyMinutes: 60,
        seconds: 48,
        records: 90,
        failureRate: 0.006,
        error: "HTTP 429 Too Many Requests",
        ...full,
      },
      {
        name: "appointments",
        everyMinutes: 60,
        workingHours: true,
        seconds: 22,
        records: 60,
        failureRate: 0.005,
        error: "Read timed out after 30 s",
        ...full,
      },
      { name: "divisions", everyMinutes: 720, seconds: 4, records: 12, failureRate: 0, error: "HTTP 500", ...nightly },
      {
        name: "zipcodes",
        everyMinutes: 240,
        seconds: 9,
        records: 300,
        failureRate: 0,
        error: "HTTP 500",
        ...nightly,
        stoppedHoursAgo: 25,
      },
      {
        name: "contacts_removal",
        everyMinutes: 1440,
        seconds: 80,
        records: 15,
        failureRate: 0.03,
        error: "HTTP 502 Bad Gateway",
        ...nightly,
      },
      {
        name: "companies",
        everyMinutes: 120,
        seconds: 26,
        records: 250,
        failureRate: 0,
        error: "HTTP 500",
        ...full,
        emptyHoursAgo: 24,
      },
      {
        name: "invoices",
        everyMinutes: 360,
        seconds: 15,
        records: 40,
        failureRate: 0,
        error: "",
        ...full,
        neverRan: true,
      },
      {
        name: "archive",
        everyMinutes: 1440,
        seconds: 30,
        records: 5,
        failureRate: 0,
        error: "",
        ...nightly,
        level: "manual",
        enabled: false,
      },
    ],
    troubles: [
      NETWORK_DOWN,
      { kind: "outage", fromHoursAgo: 230, toHoursAgo: 225, error: "Connection refused: api.hubapi.example:443" },
    ],
  },
  {
    name: "genius",
    preset: "automation",
    rules: [
      {
        name: "all",
        everyMinutes: 1440,
        seconds: 5400,
        records: 0,
        failureRate: 0,
        error: "",
        ...nightly,
        wrapper: true,
      },
      {
        name: "appointments",
        everyMinutes: 60,
        seconds: 95,
        records: 240,
        failureRate: 0.01,
        error: "Deadlock found when trying to get lock",
        ...full,
      },
      {
        name: "jobs",
        everyMinutes: 120,
        seconds: 210,
        records: 130,
        failureRate: 0.01,
        error: "Deadlock found when trying to get lock",
        ...full,
        openHoursAgo: [5.2, 190],
      },
      {
        name: "leads",
        everyMinutes: 60,
        seconds: 60,
        records: 80,
        failureRate: 0.01,
        error: 'null value in column "source_id"',
        ...full,
      },
      {
        name: "prospects",
        everyMinutes: 240,
        seconds: 130,
        records: 500,
        failureRate: 0.01,
        error: "Read timed out after 120 s",
        ...full,
        strategy: "full",
      },
      {
        name: "quotes",
        everyMinutes: 120,
        workingHours: true,
        seconds: 75,
        records: 45,
        failureRate: 0.01,
        error: "Read timed out after 120 s",
        ...full,
      },
      {
        name: "users",
        everyMinutes: 180,
        seconds: 12,
        records: 25,
        failureRate: 0.01,
        error: "HTTP 401 Unauthorized",
        ...full,
        level: "semi_automatic",
      },
      {
        name: "history",
        everyMinutes: 7 * 1440,
        seconds: 900,
        records: 4000,
        failureRate: 0,
        error: "",
        ...nightly,
        stoppedHoursAgo: 30,
        openHoursAgo: [9.6],
      },
    ],
    troubles: [
      NETWORK_DOWN,
      {
        kind: "outage",
        fromHoursAgo: 26,
        toHoursAgo: -1,
        rules: ["users"],
        error: "HTTP 401 Unauthorized: token expired",
      },
      {
        kind: "outage",
        fromHoursAgo: 7,
        toHoursAgo: 3,
        rules: ["appointments", "leads"],
        error: "Lost connection to the database server during query",
      },
    ],
  },
  {
    name: "arrivy",
    preset: "automation",
    rules: [
      {
        name: "bookings",
        everyMinutes: 60,
        seconds: 28,
        records: 70,
        failureRate: 0.004,
        error: "HTTP 503 Service Unavailable",
        ...full,
        schedule: "0 * * * *",
        late: { fromHoursAgo: 9.5, toHoursAgo: 3.5, minutes: 17 },
      },
      {
        name: "tasks",
        everyMinutes: 30,
        seconds: 18,
        records: 110,
        failureRate: 0.004,
        error: "HTTP 503 Service Unavailable",
        ...full,
        missed: { fromHoursAgo: 8.1, toHoursAgo: 5.9 },
      },
      { name: "entities", everyMinutes: 720, seconds: 40, records: 35, failureRate: 0, error: "HTTP 503", ...nightly },
      {
        name: "groups",
        everyMinutes: 1440,
        seconds: 6,
        records: 8,
        failureRate: 0,
        error: "HTTP 503",
        ...nightly,
        level: "semi_automatic",
      },
      {
        name: "statuses",
        everyMinutes: 1440,
        seconds: 3,
        records: 9,
        failureRate: 0,
        error: "HTTP 503",
        ...nightly,
        everyMinute: { fromHoursAgo: 2, toHoursAgo: 1.5 },
      },
      {
        name: "reviews",
        everyMinutes: 1440,
        seconds: 8,
        records: 6,
        failureRate: 0,
        error: "HTTP 503",
        ...nightly,
        schedule: "when asked",
      },
    ],
    troubles: [NETWORK_DOWN, { kind: "slow", fromHoursAgo: 16 * 24, toHoursAgo: 9 * 24, factor: 2.6 }],
  },
  {
    name: "callrail",
    preset: "sync-history",
    rules: [
      {
        name: "all",
        everyMinutes: 1440,
        seconds: 90,
        records: 0,
        failureRate: 0,
        error: "",
        ...nightly,
        wrapper: true,
      },
      { name: "calls", everyMinutes: 60, seconds: 20, records: 55, failureRate: 0, error: "HTTP 503", ...full },
      { name: "forms", everyMinutes: 240, seconds: 9, records: 14, failureRate: 0, error: "HTTP 503", ...full },
      {
        name: "recordings",
        everyMinutes: 720,
        seconds: 5400,
        records: 900,
        failureRate: 0,
        error: "HTTP 503",
        ...nightly,
        openHoursAgo: [0.4],
      },
    ],
    scheduleNames: {
      calls: "CallRail_Call",
      forms: "CallRail_Form",
      recordings: "CallRail_Recording",
      voicemail: "CallRail_Voicemail",
    },
    troubles: [],
  },
];

/** As the schedule's row has it: a cron pattern, or an interval. */
export function writeSchedule({ schedule, workingHours, everyMinutes }: DemoRule): string {
  if (schedule !== undefined) return schedule;
  if (workingHours !== true) return `every ${everyMinutes} minutes`;
  return everyMinutes < 60 ? `*/${everyMinutes} 6-19 * * *` : `0 6-19/${everyMinutes / 60} * * *`;
}
