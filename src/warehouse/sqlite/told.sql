-- The runs of one CRM that the windows or a baseline may hold, by their starts.
-- Placeholders: actions is a preset's relation.
-- Instants, in epoch milliseconds: see bounds.ts. baseline_from and baseline_to are null where no baseline is asked for.
-- The ranges bound the scans so that an index on the start helps (instants.ts).
-- excluded and wrappers: rule names as JSON arrays. Without wrappers the preset says which rules are.
-- statuses: JSON {word: status}, or null.
-- LIMIT -1 keeps what is computed of a row from being computed again with each mention of it.
WITH actions AS (
{actions}
),
timed AS NOT MATERIALIZED (
  SELECT *,
    {start_ms} AS started_ms,
    coalesce({finish_ms}, iif(trim(finished_at) <> '' AND ltrim(finished_at) NOT GLOB '0000-00-00*', {unreadable_end}, NULL)) AS finished_ms,
    CASE WHEN :statuses IS NULL THEN status
      ELSE coalesce((SELECT value FROM json_each(:statuses) WHERE key = {word}), status) END AS meaning,
    CASE WHEN :wrappers IS NULL THEN wrapper ELSE rule IN (SELECT value FROM json_each(:wrappers)) END AS is_wrapper
  FROM actions
  WHERE {scan_range}
    AND coalesce(rule, '') NOT IN (SELECT value FROM json_each(:excluded))
  LIMIT -1
)
SELECT *, iif(finished_ms >= started_ms AND finished_ms <= :latest_end, finished_ms, NULL) AS ended_ms,
  max(NOT is_wrapper AND dry_run IS NOT TRUE) OVER () = 0 AS wrappers_only
FROM timed
WHERE (started_ms >= :scan_from AND started_ms < :to)
  OR (started_ms >= :baseline_scan_from AND started_ms < :baseline_to)
