/** `[store]`: where reports are kept between passes. */
import * as v from "valibot";
import { DAY_MS } from "../../time/units.ts";
import { describe, duration, path, text } from "./fields.ts";

export const RETENTION_LIMITS = { minMs: DAY_MS, maxMs: 3660 * DAY_MS, says: "1d to 3660d" };

export const storeSchema = v.strictObject({
  path: describe(
    "An SQLite file. By default one for each configuration in $STATE_DIRECTORY, else in ~/.local/state/automation-reports.",
    v.optional(path),
  ),
  url: describe(
    "postgresql://user@host:5432/database, where several machines share it. It stands instead of path.",
    v.optional(text),
  ),
  url_file: describe(
    "A file that holds only that URL. It stands instead of path and url. " +
      "A relative one is looked for in $CREDENTIALS_DIRECTORY, then beside the configuration.",
    v.optional(text),
  ),
  group: describe(
    "A group of this machine that may read an SQLite store, such as monitoring. " +
      "By name or number. The file and its directory get that group. In PostgreSQL grant SELECT on the tables instead.",
    v.optional(v.pipe(text, v.regex(/^[^:\s]+$/, "must be a group's name or number"))),
  ),
  retention: describe(
    "How long reports are kept; what is older is deleted.",
    v.optional(duration(RETENTION_LIMITS), "90d"),
  ),
  memory: describe(
    "How long the hours of each rule's past are kept; what is older is deleted. A rule itself is never forgotten.",
    v.optional(duration(RETENTION_LIMITS), "400d"),
  ),
});
