-- The runs of one CRM that a window, the window before it or a baseline holds, each with its part and its state: r.
-- Placeholders: actions is a preset's relation, cut_error an error that is not too long.
-- brought is what a run is judged by: see ../brought.ts.
-- cleaned_up, whether a clean-up wrote the error, is asked of few rows. In actions it would be planned with each mention of it.
-- Instants: see bounds.ts. baseline_from and baseline_to are null where no baseline is asked for.
-- excluded and wrappers: rule names as JSON arrays. Without excluded no rule is; without wrappers the preset says which are.
-- statuses: JSON {word: status}, or null.
-- A finished action is in the part in which it ended; one without a usable end is in that in which it started.
-- What has not ended by the window's end is open, and in the current part. Rows that are in no part are not materialised.
-- OFFSET 0 keeps what told computes from being planned and computed again with each mention of it.
-- The scan is materialised once, with the errors of failed runs. Otherwise the planner sorts, spills and reads the rows again.
-- Each further scan of r costs, and so does each of its columns.
-- part and state are numbers until the end: the places of their words, from 0 (statement.ts).
-- States below 3 are finished. State 7 is a dry run. From 8 on it is a wrapper: 8 plus the state it would have otherwise.
-- A CRM that has wrappers only is told by them.
-- tstzrange_subdiff is the difference in seconds as float8. It takes a fifth of the time of date_part.
actions AS NOT MATERIALIZED (
{actions}
),
told AS NOT MATERIALIZED (
  SELECT a.*,
    CASE WHEN a.finished_at >= a.started_at AND a.finished_at <= :latest_end::timestamptz THEN a.finished_at END AS ended_at,
    CASE WHEN :statuses::jsonb IS NULL THEN a.status
      ELSE coalesce(:statuses::jsonb ->> {word}, a.status) END AS meaning,
    CASE WHEN :wrappers::jsonb IS NULL THEN a.wrapper ELSE :wrappers::jsonb ? a.rule END AS is_wrapper
  FROM actions a
  WHERE a.crm_source = :crm::text
    AND ((a.started_at >= :scan_from::timestamptz AND a.started_at < :to::timestamptz)
      OR (a.started_at >= :baseline_scan_from::timestamptz AND a.started_at < :baseline_to::timestamptz))
    AND (:excluded::jsonb IS NULL OR NOT :excluded::jsonb ? a.rule)
  OFFSET 0
),
lone AS MATERIALIZED (
  SELECT NOT EXISTS (SELECT FROM told WHERE NOT is_wrapper AND NOT dry_run) AS wrappers_only
),
judged AS NOT MATERIALIZED (
  SELECT *,
    CASE meaning
      WHEN 'success' THEN 0
      WHEN 'failed' THEN 2
      WHEN 'partial' THEN 1
      WHEN 'running' THEN 3
      WHEN 'pending' THEN 4
      WHEN 'skipped' THEN 5
      ELSE 6
    END AS outcome,
    coalesce(ended_at, started_at) AS settled_at
  FROM told
),
placed AS NOT MATERIALIZED (
  SELECT *,
    CASE
      WHEN started_at >= :scan_from::timestamptz AND (ended_at >= :to::timestamptz OR (outcome IN (3, 4) AND ended_at IS NULL)) THEN 0
      WHEN settled_at >= :to::timestamptz THEN NULL
      WHEN settled_at >= :from::timestamptz THEN 0
      WHEN settled_at >= :before::timestamptz THEN 1
      WHEN settled_at >= :baseline_from::timestamptz AND settled_at < :baseline_to::timestamptz THEN 2
    END AS part
  FROM judged
),
r AS MATERIALIZED (
  SELECT
    part,
    CASE
      WHEN dry_run THEN 7
      WHEN is_wrapper AND NOT (SELECT wrappers_only FROM lone) THEN 8 + outcome
      WHEN ended_at >= :to::timestamptz THEN 3
      ELSE outcome
    END AS state,
    started_at,
    finished_at,
    ended_at,
    settled_at,
    CASE WHEN (CASE WHEN error IS NOT NULL AND outcome <> 0 THEN {cleaned_up} END) IS NOT TRUE
      THEN tstzrange_subdiff(ended_at, started_at) END AS d,
    ({rule_name}) COLLATE "C" AS rule,
    records_processed, records_created, records_updated, records_failed,
    {brought} AS brought,
    id,
    status_word,
    {cut_error} AS error
  FROM placed
  WHERE part IS NOT NULL
)
