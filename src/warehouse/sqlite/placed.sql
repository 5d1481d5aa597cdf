-- Those runs that a window, the window before it or a baseline holds, each with its part and its state.
-- Placeholders: told is what told.sql tells. brought is what a run is judged by: see ../brought.ts. cleaned_up is whether a clean-up wrote the error.
WITH judged AS NOT MATERIALIZED (
  SELECT *,
    coalesce(ended_ms, started_ms) AS settled_ms,
    CASE
      WHEN dry_run THEN 'dry_run'
      WHEN is_wrapper AND NOT wrappers_only THEN 'wrapper'
      WHEN ended_ms >= :to THEN 'running'
      ELSE coalesce(meaning, 'unknown')
    END AS state,
    CASE WHEN error IS NOT NULL AND meaning IS NOT 'success' THEN {cleaned_up} END AS cleaned_up
  FROM {told}
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
)
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
  {brought} AS brought,
  CASE WHEN ended_ms < :to AND cleaned_up IS NOT TRUE THEN (ended_ms - started_ms) / 1000.0 END AS d,
  cleaned_up,
  {cut_error} AS error
FROM placed
WHERE part IS NOT NULL
