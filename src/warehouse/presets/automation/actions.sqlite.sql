-- The runs in the automation preset's tables on SQLite. status is null where the word is unknown.
SELECT
  id,
  crm_source,
  rule,
  {status} AS status,
  status AS status_word,
  started_at,
  finished_at,
  {records_processed} AS records_processed,
  {records_created} AS records_created,
  {records_updated} AS records_updated,
  {records_failed} AS records_failed,
  error,
  dry_run IS TRUE AS dry_run,
  wrapper IS TRUE AS wrapper
FROM {table}
