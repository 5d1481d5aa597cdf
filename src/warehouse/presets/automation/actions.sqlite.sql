-- The runs in the automation preset's tables on SQLite. status is null where the word is unknown.
SELECT
  id,
  crm_source,
  rule,
  CASE lower(trim(status)) {statuses} END AS status,
  status AS status_word,
  started_at,
  finished_at,
  records_processed,
  records_created,
  records_updated,
  records_failed,
  error,
  dry_run IS TRUE AS dry_run,
  wrapper IS TRUE AS wrapper
FROM {table}
