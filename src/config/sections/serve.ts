/** `[serve]`: the dashboard, the API and the metrics over HTTP. */
import * as v from "valibot";
import { HOUR_MS, SECOND_MS } from "../../time/units.ts";
import { boolean, describe, duration, names, text, wholeBetween } from "./fields.ts";

const INTERVAL_LIMITS = { minMs: SECOND_MS, maxMs: 24 * HOUR_MS, says: "1s to 24h" };
const MOST_RULE_SERIES = 10_000;

export const serveSchema = v.strictObject({
  listen: describe(
    "ADDRESS:PORT, [IPv6]:PORT, or unix:PATH for a Unix socket. " +
      "An address that other machines reach needs token_file, or behind_proxy = true.",
    v.optional(text, "127.0.0.1:8787"),
  ),
  base_path: describe(
    "The path below which a reverse proxy publishes it, such as /reports. By default none.",
    v.optional(
      v.pipe(
        text,
        v.regex(/^(?:\/[\w.~-]+)+$/, "must be a path such as /reports: it begins with / and does not end with it"),
        v.check((path) => path.split("/").every((part) => !/^\.+$/.test(part)), "must not contain . or .. as a part"),
      ),
    ),
  ),
  hosts: describe(
    "Its names on the network, such as reports.example.com. IP addresses and localhost need not be named. " +
      "Requests for any other name are refused.",
    v.optional(names, []),
  ),
  behind_proxy: describe(
    "Whether only a reverse proxy reaches it, which decides who may look. " +
      "X-Forwarded-For, -Host and -Proto are believed then.",
    v.optional(boolean, false),
  ),
  token_file: describe(
    'A file of tokens: a line for each, such as "ops read,run TOKEN". With it every request needs one, health apart. ' +
      "A relative one is looked for in $CREDENTIALS_DIRECTORY, then beside the configuration.",
    v.optional(text),
  ),
  min_interval: describe(
    "How long a CRM that was read is not read again for as long a window. " +
      "Whatever is asked, until then the last report is the answer.",
    v.optional(duration(INTERVAL_LIMITS), "1m"),
  ),
  rule_series: describe(
    "Of how many rules /metrics has series of their own, the most severe first. By default of none.",
    v.optional(wholeBetween(0, MOST_RULE_SERIES), 0),
  ),
});
