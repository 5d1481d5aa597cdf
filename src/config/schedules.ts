/** The schedules of a configuration, checked for what its schema cannot see. */
import * as v from "valibot";
import { readRecurrence } from "../time/recurrence.ts";
import { listOccurrences } from "../time/occurrences.ts";
import type { Path } from "../schema-keys.ts";
import type { Problem } from "./expand.ts";
import { suggestName } from "./nearest.ts";
import { ConfigSchema, type ScheduleConfig } from "./schema.ts";
import { DEFAULT_SCHEDULE } from "./sections/schedule.ts";

type Written = v.InferOutput<typeof ConfigSchema>["schedule"][number];

/** Any moment: whether a pattern ever fires does not depend on it. */
const SOME_WINDOW = { startMs: 0, endMs: 1 };

/** `readFile`: the content of a secret's file, null where it cannot be read. */
export function readSchedules(
  schedules: Written[],
  crmNames: string[],
  readFile: (path: string) => string | null,
): { schedules: ScheduleConfig[]; problems: Problem[]; secrets: string[] } {
  const problems: Problem[] = [];
  const secrets: string[] = [];
  const read = schedules.map((written, index): ScheduleConfig => {
    const say = (key: string, message: string) => problems.push({ path: ["schedule", index, key] as Path, message });
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
      say("crms", `a CRM named there is not configured: ${suggestName(crm, crmNames)}`);
    }
    const pingUrl = readPingUrl(written, say, readFile);
    if (pingUrl !== null)
      secrets.push(pingUrl, ...new URL(pingUrl).pathname.split("/").filter((part) => part.length > 7));
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
      pingUrl,
    };
  });
  return { schedules: read, problems, secrets };
}

/** Five fields, also where one of the names with `@` is written. */
function readPattern(text: string, timezone: string): string | { problem: string } {
  // Known to be good: croner need not be loaded, nor its 5 MB, by whoever makes a report now.
  if (DEFAULT_SCHEDULE.cron.includes(text)) return text;
  const recurrence = readRecurrence(text);
  if (recurrence.kind === "inexpressible") return { problem: recurrence.reason };
  if (recurrence.kind !== "cron") return { problem: 'write a cron pattern such as "0 21 * * *"' };
  const listed = listOccurrences({ recurrence, timezone, startAtMs: null, endAtMs: null }, SOME_WINDOW);
  return listed.kind === "inexpressible" ? { problem: listed.reason } : recurrence.pattern;
}

function readPingUrl(
  { ping_url: url, ping_url_file: file }: Written,
  say: (key: string, message: string) => void,
  readFile: (path: string) => string | null,
): string | null {
  if (url !== undefined && file !== undefined) {
    say("ping_url_file", "ping_url and ping_url_file are both given: keep one");
    return null;
  }
  const written = file === undefined ? url : readFile(file);
  if (written === undefined) return null;
  if (written === null) {
    say("ping_url_file", "the file cannot be read, or is empty: it must hold the URL alone");
    return null;
  }
  if (!/^https?:$/.test(URL.parse(written)?.protocol ?? "")) {
    say(file === undefined ? "ping_url" : "ping_url_file", "write an http:// or https:// URL");
    return null;
  }
  return written;
}
