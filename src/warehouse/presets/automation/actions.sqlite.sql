-- The runs in the automation preset's tables on SQLite. status is null where the word is unknown.
SELECT
  id,
  crm_source,
  CAST(rule AS TEXT) AS rule,
  {status} AS status,
  CAST(status AS TEXT) AS status_word,
  started_at,
  finished_at,
  {records_processed} AS records_processed,
  {records_created} AS records_created,
  {records_updated} AS records_updated,
  {records_failed} AS records_failed,
  error,
  {dry_run} IS TRUE AS dry_run,
  {wrapper} IS TRUE AS wrapper
FROM {table}
