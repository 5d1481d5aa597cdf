/** Rows written by hand, so that every way in which a warehouse misleads its readers is in the demo once. */
import type { DemoAction } from "./scenario.ts";
import { HOUR_MS } from "../time/units.ts";

type Oddity = {
  crm: string;
  rule: string;
  hoursAgo: number;
  status: string;
  /** Null: no end. */
  seconds: number | null;
  processed?: number;
  failed?: number;
  error?: string;
  wrapper?: true;
};

const ODDITIES: Oddity[] = [
  // By hand, twice: nothing says when the next one is due.
  { crm: "callrail", rule: "texts", hoursAgo: 500.2, status: "success", seconds: 30, processed: 12 },
  { crm: "callrail", rule: "texts", hoursAgo: 310.7, status: "success", seconds: 28, processed: 9 },
  {
    crm: "callrail",
    rule: "calls",
    hoursAgo: 2.3,
    status: "success",
    seconds: 20,
    processed: 60,
    failed: 4,
  },
  {
    crm: "callrail",
    rule: "calls",
    hoursAgo: 3.3,
    status: "partial",
    seconds: 25,
    processed: 10,
    failed: 12,
    error: "12 calls have no number",
  },
  { crm: "callrail", rule: "calls", hoursAgo: 4.3, status: "running", seconds: 30, processed: 50 },
  {
    crm: "callrail",
    rule: "calls",
    hoursAgo: 5.3,
    status: "completed",
    seconds: null,
    processed: 55,
  },
  {
    crm: "callrail",
    rule: "calls",
    hoursAgo: 6.3,
    status: "SUCCESS",
    seconds: -3600,
    processed: 52,
  },
  { crm: "callrail", rule: "calls", hoursAgo: 7.3, status: "exploded", seconds: 12, processed: 0 },
  { crm: "callrail", rule: "all", hoursAgo: 3.4, status: "success", seconds: 1800, wrapper: true },
  {
    crm: "callrail",
    rule: "calls",
    hoursAgo: 9.3,
    status: "success",
    seconds: 21,
    processed: 48,
    error: "page 3 of 4 was not read",
  },
  { crm: "callrail", rule: "calls", hoursAgo: 10.3, status: "success", seconds: 19, processed: -1 },
  { crm: "callrail", rule: "calls", hoursAgo: -30, status: "running", seconds: null },
  { crm: "callrail", rule: "forms", hoursAgo: 8.3, status: "success", seconds: 9, processed: 14 },
  {
    crm: "callrail",
    rule: "forms",
    hoursAgo: 8.3 - 2 / 3600,
    status: "success",
    seconds: 9,
    processed: 14,
  },
  {
    crm: "callrail",
    rule: "forms",
    hoursAgo: 20.3,
    status: "failed",
    seconds: 14 * 3600,
    error: "Marked as failed by nightly cleanup: running for more than 12 hours",
  },
  {
    crm: "genius",
    rule: "leads",
    hoursAgo: 9.4,
    status: "failed",
    seconds: 5,
    error: 'null value in column "source_id" of relation "leads" violates not-null constraint',
  },
  {
    crm: "genius",
    rule: "quotes",
    hoursAgo: 10.4,
    status: "failed",
    seconds: 3,
    error: 'column "discount_code" of relation "quotes" does not exist',
  },
  {
    crm: "genius",
    rule: "prospects",
    hoursAgo: 11.4,
    status: "failed",
    seconds: 61,
    error: "Sync stopped by user",
  },
  {
    crm: "hubspot",
    rule: "deals",
    hoursAgo: 3.4,
    status: "failed",
    seconds: 4,
    error: "HTTP 429 Too Many Requests: retry after 10 s",
  },
  {
    crm: "hubspot",
    rule: "deals",
    hoursAgo: 3.3,
    status: "failed",
    seconds: 4,
    error: "HTTP 429 Too Many Requests: retry after 9 s",
  },
  {
    crm: "hubspot",
    rule: "appointments",
    hoursAgo: 6.6,
    status: "failed",
    seconds: 31,
    error: "HTTPSConnectionPool(host='api.hubapi.example', port=443): Read timed out. (read timeout=30)",
  },
];

/** The rows whose end and start are relative to `endMs`, the end of the demo's 30 days. */
export function listOddities(endMs: number): DemoAction[] {
  return ODDITIES.map(
    ({ crm, rule, hoursAgo, status, seconds, processed = 0, failed = 0, error = null, wrapper = false }) => {
      const startedMs = endMs - Math.round(hoursAgo * HOUR_MS);
      return {
        crm,
        rule,
        status,
        startedMs,
        finishedMs: seconds === null ? null : startedMs + seconds * 1000,
        processed,
        created: 0,
        updated: Math.max(0, processed - failed),
        failed,
        error,
        wrapper,
      };
    },
  );
}
