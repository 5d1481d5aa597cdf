-- The runs in the automation preset's tables on SQLite. status is null where the word is unknown.
SELECT
  id,
  crm_source,
  rule,
  CASE lower(trim(status))
    WHEN 'success' THEN 'success'
    WHEN 'completed' THEN 'success'
    WHEN 'partial' THEN 'partial'
    WHEN 'failed' THEN 'failed'
    WHEN 'error' THEN 'failed'
    WHEN 'running' THEN 'running'
    WHEN 'in_progress' THEN 'running'
    WHEN 'skipped' THEN 'skipped'
  END AS status,
  status AS status_word,
  started_at,
  finished_at,
  status <> 'success' AND (
    replace(lower(substr(error, 1, 300)), '-', ' ') LIKE '%clean up%'
    OR lower(substr(error, 1, 300)) LIKE '%cleanup%'
    OR lower(substr(error, 1, 300)) LIKE '%cleaned up%'
  ) AS cleaned_up,
  records_processed,
  records_created,
  records_updated,
  records_failed,
  error,
  dry_run IS TRUE AS dry_run,
  wrapper IS TRUE AS wrapper
FROM {table}
