/** `[[schedule]]`: when reports are made by themselves. */
import * as v from "valibot";
import { HOUR_MS, SECOND_MS } from "../../time/units.ts";
import {
  AGE_LIMITS,
  boolean,
  choice,
  CRM_NAME,
  describe,
  duration,
  names,
  text,
  timezone,
  wholeBetween,
} from "./fields.ts";

const DEADLINE_LIMITS = { minMs: 10 * SECOND_MS, maxMs: 24 * HOUR_MS, says: "10s to 24h" };

/** What the older system promised. */
export const DEFAULT_SCHEDULE = { name: "twice-a-day", cron: ["0 4 * * *", "0 21 * * *"] };

export const scheduleSchema = v.strictObject({
  name: describe(
    "Names the unit and the slots. A small letter, then up to 62 small letters, digits, _ or -.",
    v.pipe(text, v.regex(CRM_NAME, "must be a small letter, then up to 62 small letters, digits, _ or -")),
  ),
  cron: describe(
    "Five cron fields, or @daily and its like; one pattern, or a list of them.",
    v.pipe(
      v.union(
        [text, v.pipe(v.array(text), v.nonEmpty("must name at least one pattern"))],
        'must be a cron pattern such as "0 21 * * *", or a list of them',
      ),
      v.title("cron pattern, or a list of them"),
    ),
  ),
  timezone: describe("The time zone of the pattern, an IANA name.", v.optional(timezone, "UTC")),
  crms: describe(
    "The CRMs that are reported on. By default all.",
    v.optional(v.nullable(v.pipe(names, v.nonEmpty("must name at least one CRM"))), null),
  ),
  time_window: describe(
    "How much time a report is about. It ends at the slot, however late the report is made.",
    v.optional(duration(AGE_LIMITS), "24h"),
  ),
  detailed: describe("Whether reports have their details, as generate --detailed.", v.optional(boolean, true)),
  export: describe(
    "Whether the reports are also written to the dir of [export]. Its enabled is about generate alone.",
    v.optional(boolean, true),
  ),
  catch_up: describe(
    'What is made of missed slots: "latest" makes the newest, "none" none.',
    v.optional(choice(["latest", "none"]), "latest"),
  ),
  deadline: describe(
    "Limit for one slot, retries included. Then it is stopped and recorded as failed.",
    v.optional(duration(DEADLINE_LIMITS), "30m"),
  ),
  retries: describe(
    "How many more tries a slot gets, after 5 s, 20 s and so on. Only what may pass is tried again.",
    v.optional(wholeBetween(0, 10), 2),
  ),
  fail_on: describe(
    "From which severity on a finding makes the slot exit with 1: warning or critical. By default none does. " +
      "The reports are made all the same; systemd and ping_url are told of a failure.",
    v.optional(v.nullable(choice(["warning", "critical"])), null),
  ),
  ping_url: describe(
    "An http:// or https:// URL that is told of start, success and failure. It works as Healthchecks and its like expect.",
    v.optional(text),
  ),
  ping_url_file: describe(
    "A file that holds only that URL, instead of ping_url. " +
      "A relative one is looked for in $CREDENTIALS_DIRECTORY, then beside the configuration.",
    v.optional(text),
  ),
});
