/** The published answer of `check` about one CRM's warehouse. */
import * as v from "valibot";

export const CHECK_STATUSES = ["ok", "warn", "error"] as const;
export const CHECK_IDS = [
  "connection",
  "server",
  "tls",
  "clock",
  "rights",
  "policies",
  "tables",
  "copies",
  "rows",
  "starts",
  "sources",
  "settings",
  "success-scale",
  "plan",
  "statistics",
  "indexes",
  "report",
  "reach",
] as const;

const evidenceValue = v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(v.string())]);

const itemSchema = v.strictObject({
  id: v.picklist(CHECK_IDS),
  status: v.picklist(CHECK_STATUSES),
  message: v.string(),
  advice: v.pipe(v.nullable(v.string()), v.description("What to do; null where nothing is to be done")),
  evidence: v.record(v.string(), evidenceValue),
});

export const CheckSchema = v.strictObject({
  schema_version: v.literal(1),
  source: v.pipe(v.string(), v.description("The CRM's name in the configuration")),
  status: v.pipe(v.picklist(CHECK_STATUSES), v.description("The worst of its items")),
  place: v.pipe(v.string(), v.description("Host and port, or the path of the SQLite file")),
  checked_at: v.pipe(v.string(), v.isoTimestamp(), v.description("UTC, RFC 3339, ending in Z")),
  items: v.array(itemSchema),
});

export type CheckStatus = (typeof CHECK_STATUSES)[number];
export type CheckId = (typeof CHECK_IDS)[number];
export type CheckItem = v.InferOutput<typeof itemSchema>;
/** What `check --format json` prints: one for each CRM. */
export const CheckListSchema = v.array(CheckSchema);

export type CheckDocument = v.InferOutput<typeof CheckSchema>;
