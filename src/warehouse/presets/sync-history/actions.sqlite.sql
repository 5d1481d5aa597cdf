-- The runs in sync_history on SQLite. status is null where the word is unknown.
-- Times are ISO 8601 text, in UTC where they name no zone.
SELECT
  id,
  crm_source,
  CAST(sync_type AS TEXT) AS rule,
  {status} AS status,
  CAST(status AS TEXT) AS status_word,
  start_time AS started_at,
  end_time AS finished_at,
  {records_processed} AS records_processed,
  {records_created} AS records_created,
  {records_updated} AS records_updated,
  {records_failed} AS records_failed,
  error_message AS error,
  CASE
    WHEN json_valid(configuration) AND json_type(configuration) NOT IN ('object', 'text') THEN 0
    WHEN json_valid(configuration) AND json_type(configuration) = 'object'
      THEN lower(configuration ->> '$.dry_run') IN ('true', '1')
    WHEN configuration IS NOT NULL
      THEN replace(replace(replace(lower(configuration), ' ', ''), '\', ''), '''', '"') LIKE '%"dry_run":true%'
        OR replace(replace(replace(lower(configuration), ' ', ''), '\', ''), '''', '"') LIKE '%"dry_run":1%'
    ELSE 0
  END AS dry_run,
  {rule_word} IN ({wrappers}) AS wrapper
FROM {table}
