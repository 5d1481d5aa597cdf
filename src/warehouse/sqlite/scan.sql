-- The runs of one CRM that a window, the window before it or a baseline holds, each with its part and its state: r.
-- Placeholders: actions is a preset's relation. cleaned_up is whether a clean-up wrote the error.
-- Instants, in epoch milliseconds: see bounds.ts. baseline_from and baseline_to are null where no baseline is asked for.
-- The ranges bound the scans so that an index on the start helps (instants.ts).
-- excluded and wrappers: rule names as JSON arrays. Without wrappers the preset says which rules are.
-- statuses: JSON {word: status}, or null.
-- wrappers_only is told of each row: SQLite expands what r is made of with each mention of r, and counts how much that is.
-- LIMIT -1 keeps what is computed of a row from being computed again with each mention of it.
actions AS (
{actions}
),
timed AS NOT MATERIALIZED (
  SELECT *,
    {start_ms} AS started_ms,
    coalesce({finish_ms}, iif(trim(finished_at) <> '', {unreadable_end}, NULL)) AS finished_ms,
    CASE WHEN :statuses IS NULL THEN status
      ELSE coalesce((SELECT value FROM json_each(:statuses) WHERE key = {word}), status) END AS meaning,
    CASE WHEN :wrappers IS NULL THEN wrapper ELSE rule IN (SELECT value FROM json_each(:wrappers)) END AS is_wrapper
  FROM actions
  WHERE {scan_range}
    AND coalesce(rule, '') NOT IN (SELECT value FROM json_each(:excluded))
  LIMIT -1
),
told AS NOT MATERIALIZED (
  SELECT *, iif(finished_ms >= started_ms AND finished_ms <= :latest_end, finished_ms, NULL) AS ended_ms,
    max(NOT is_wrapper AND dry_run IS NOT TRUE) OVER () = 0 AS wrappers_only
  FROM timed
  WHERE (started_ms >= :scan_from AND started_ms < :to)
    OR (started_ms >= :baseline_scan_from AND started_ms < :baseline_to)
),
lone AS MATERIALIZED (
  SELECT coalesce((SELECT wrappers_only FROM told LIMIT 1), TRUE) AS wrappers_only
),
judged AS NOT MATERIALIZED (
  SELECT *,
    coalesce(ended_ms, started_ms) AS settled_ms,
    CASE
      WHEN dry_run THEN 'dry_run'
      WHEN is_wrapper AND NOT wrappers_only THEN 'wrapper'
      WHEN ended_ms >= :to THEN 'running'
      ELSE coalesce(meaning, 'unknown')
    END AS state,
    CASE WHEN error IS NOT NULL AND meaning IS NOT 'success' THEN {cleaned_up} END AS cleaned_up
  FROM told
),
placed AS NOT MATERIALIZED (
  SELECT *,
    CASE
      WHEN started_ms >= :scan_from AND (ended_ms >= :to OR (meaning IN ('running', 'pending') AND ended_ms IS NULL)) THEN 'current'
      WHEN settled_ms >= :to THEN NULL
      WHEN settled_ms >= :from THEN 'current'
      WHEN settled_ms >= :before THEN 'previous'
      WHEN settled_ms >= :baseline_from AND settled_ms < :baseline_to THEN 'baseline'
    END AS part
  FROM judged
),
r AS MATERIALIZED (
  SELECT
    part,
    {rule_name} AS rule,
    state,
    id,
    CASE WHEN meaning IS NULL THEN status_word END AS word,
    started_ms,
    finished_ms,
    iif(ended_ms < :to, ended_ms, NULL) AS ended_ms,
    settled_ms,
    meaning,
    records_processed, records_created, records_updated, records_failed,
    CASE WHEN ended_ms < :to AND cleaned_up IS NOT TRUE THEN (ended_ms - started_ms) / 1000.0 END AS d,
    cleaned_up,
    {cut_error} AS error
  FROM placed
  WHERE part IS NOT NULL
)
