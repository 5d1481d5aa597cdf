/** The published shape of failures that have one cause, and the names of the causes that are known. */
import * as v from "valibot";
import { describe, instant } from "../document/schema-figures.ts";

export const ERROR_FAMILIES = [
  "rate-limit",
  "authentication",
  "timeout",
  "connection",
  "validation",
  "missing-column",
  "cancelled",
  "cleaned-up",
  "other",
] as const;

export const errorGroupSchema = v.strictObject({
  fingerprint: describe(
    v.pipe(v.string(), v.regex(/^[0-9a-f]{12}$/)),
    "The same for messages of this family that differ only in numbers, ids, hosts, times and quoted values; the codes of failures and the names of columns and the like are no values",
  ),
  family: describe(v.picklist(ERROR_FAMILIES), "The kind of cause, as far as the message tells"),
  example: describe(
    v.nullable(v.string()),
    "The newest of the messages, one line, shortened and redacted; null for failures without a message",
  ),
  count: describe(v.pipe(v.number(), v.integer(), v.minValue(1)), "Failed and partial actions of the window"),
  rules: describe(v.array(v.string()), "The rules that failed so, by name"),
  first_seen: describe(
    instant,
    "End of the first such action of the window, or its start where it has no usable end, UTC, RFC 3339",
  ),
  last_seen: describe(
    instant,
    "End of the last such action of the window, or its start where it has no usable end, UTC, RFC 3339",
  ),
  is_new: describe(v.boolean(), "Nothing like it in the window before"),
});

export type ErrorFamily = (typeof ERROR_FAMILIES)[number];
export type ErrorGroup = v.InferOutput<typeof errorGroupSchema>;
