/** How a CRM's name in other letters is looked for: beside its own runs only where that costs little. */
import { SMALL_TABLE_ROWS } from "../past.ts";
import type { ActionColumns } from "../presets.ts";
import { writeBareSource } from "../vocabulary.ts";
import { hasIndex, type TableFacts } from "./lookback.ts";

/** Runs of the window, and where the CRM has none also of the window before. */
const SINCE = "CASE WHEN EXISTS (SELECT FROM r) THEN :from::timestamptz ELSE :before::timestamptz END";

/** What activity.sql compares, too. */
export const BARE = {
  bare_source: writeBareSource("postgres", "source"),
  bare_rules_source: writeBareSource("postgres", "crm_source"),
  bare_crm: writeBareSource("postgres", ":crm::text"),
};

/** From name to name along an index. What has more names has other things in the column than CRMs. */
const HOPS = `      SELECT source FROM (
        WITH RECURSIVE sources(source, nth) AS (
          SELECT (SELECT crm_source FROM starts ORDER BY crm_source LIMIT 1), 1
          UNION ALL
          SELECT (SELECT crm_source FROM starts WHERE crm_source > sources.source ORDER BY crm_source LIMIT 1), nth + 1
          FROM sources WHERE source IS NOT NULL AND nth < 500)
        SELECT source FROM sources
        WHERE source <> :crm::text AND ${BARE.bare_source} = ${BARE.bare_crm} OFFSET 0) sources
      WHERE EXISTS (SELECT FROM starts WHERE crm_source = sources.source AND started_at >= ${SINCE} AND started_at < :to::timestamptz)
      UNION ALL SELECT '' WHERE EXISTS (SELECT FROM starts
        WHERE (crm_source IS NULL OR crm_source = '') AND started_at >= ${SINCE} AND started_at < :to::timestamptz)`;

/** A query of the column `source`, for activity.sql. */
export function writeNearSources(
  { hops = false, rows, indexes, parts }: TableFacts,
  { start }: Pick<ActionColumns, "start">,
): string {
  if (hops && parts === null) return HOPS;
  const isNewer =
    rows !== null && rows <= SMALL_TABLE_ROWS
      ? `started_at >= ${SINCE}`
      : hasIndex(indexes, [start])
        ? "started_at > coalesce((SELECT max(started_at) FROM r), '-infinity')"
        : "NOT EXISTS (SELECT FROM r)";
  // The bounds by themselves keep partitions out of the plan.
  return `      SELECT coalesce(crm_source, '') AS source FROM starts
      WHERE started_at >= :before::timestamptz AND started_at < :to::timestamptz AND ${isNewer}`;
}
