/** The schedules of a configuration, checked for what its schema cannot see. */
import type * as v from "valibot";
import { readRecurrence } from "../time/recurrence.ts";
import { listOccurrences } from "../time/occurrences.ts";
import { suggestName } from "./nearest.ts";
import { readSecret } from "./read-secret.ts";
import type { Reading, Say } from "./reading.ts";
import type { ScheduleConfig } from "./schema.ts";
import { RESERVED_NAME } from "./sections/fields.ts";
import { DEFAULT_SCHEDULE, type scheduleSchema } from "./sections/schedule.ts";

type Written = v.InferOutput<typeof scheduleSchema>;

/** Any moment: whether a pattern ever fires does not depend on it. */
const SOME_WINDOW = { startMs: 0, endMs: 1 };

/** Of use only where no problem was said. */
export function readSchedules(schedules: Written[], crmNames: string[], reading: Reading): ScheduleConfig[] {
  return schedules.map((written, index): ScheduleConfig => {
    const say: Say = (key, message) => reading.problems.push({ path: ["schedule", index, key], message });
    const cron = [written.cron].flat().flatMap((text) => {
      const pattern = readPattern(text, written.timezone);
      if (typeof pattern === "string") return [pattern];
      say("cron", `cron: ${pattern.problem}`);
      return [];
    });
    if (schedules.findIndex(({ name }) => name === written.name) !== index) {
      say("name", "another schedule has this name: choose another");
    }
    for (const crm of (written.crms ?? []).filter((name) => !crmNames.includes(name))) {
      const isAll = crm === RESERVED_NAME || crm === "*";
      const advice = isAll ? "leave crms out, then it is all of them" : suggestName(crm, crmNames);
      say("crms", `a CRM named there is not configured: ${advice}`);
    }
    const pingUrl = readPingUrl(written, say, reading);
    if (pingUrl !== null) reading.secrets.push(pingUrl, ...listSecretParts(pingUrl));
    return {
      name: written.name,
      cron,
      timezone: written.timezone,
      crms: written.crms,
      timeWindowMs: written.time_window,
      detailed: written.detailed,
      export: written.export,
      catchUp: written.catch_up,
      deadlineMs: written.deadline,
      retries: written.retries,
      failOn: written.fail_on,
      pingUrl,
    };
  });
}

/** Five fields, also where one of the names with `@` is written. */
function readPattern(text: string, timezone: string): string | { problem: string } {
  // Known to be good: a command that makes a report now need not load croner, which takes 5 MB.
  if (DEFAULT_SCHEDULE.cron.includes(text)) return text;
  const recurrence = readRecurrence(text);
  if (recurrence.kind === "inexpressible") return { problem: recurrence.reason };
  if (recurrence.kind !== "cron") return { problem: 'write a cron pattern such as "0 21 * * *"' };
  const listed = listOccurrences({ recurrence, timezone, startAtMs: null, endAtMs: null }, SOME_WINDOW);
  return listed.kind === "inexpressible" ? { problem: listed.reason } : recurrence.pattern;
}

function readPingUrl({ ping_url: url, ping_url_file: file }: Written, say: Say, reading: Reading): string | null {
  if (url !== undefined && file !== undefined) {
    say("ping_url_file", "ping_url and ping_url_file are both given: keep one");
    return null;
  }
  if (file === undefined) return url === undefined ? null : parsePingUrl("ping_url", url, say);
  const secret = readSecret(file, reading);
  if ("text" in secret) return parsePingUrl("ping_url_file", secret.text, say);
  say("ping_url_file", `ping_url_file ${secret.problem}`);
  return null;
}

function parsePingUrl(key: string, url: string, say: Say): string | null {
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? "")) return url;
  say(key, "write an http:// or https:// URL");
  return null;
}

/** A name of small letters, as `automation-reports` and `heartbeat` are: nobody is given such a one as a secret. */
const NAME = /^[a-z]{1,15}(?:[._-][a-z]{1,15})*$/;
/** A name that its owner chose for a topic there is all that keeps others out. */
const HOSTS_OF_SECRET_NAMES = ["ntfy.sh"];

/** The parts of its path that are long enough to be the secret, and are no names. The only part is taken for one in any case. */
function listSecretParts(pingUrl: string): string[] {
  const { pathname, hostname } = new URL(pingUrl);
  const parts = pathname.split("/").filter((part) => part !== "");
  const mayBeName = parts.length > 1 && !HOSTS_OF_SECRET_NAMES.includes(hostname);
  return parts.filter((part) => part.length > 7 && !(mayBeName && NAME.test(part)));
}
