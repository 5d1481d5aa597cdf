-- The runs in sync_history on PostgreSQL. status is null where the word is unknown.
-- configuration may be jsonb, json, text, a JSON string or nonsense.
SELECT
  id,
  crm_source,
  sync_type AS rule,
  {status} AS status,
  status AS status_word,
  start_time AS started_at,
  end_time AS finished_at,
  records_processed,
  records_created,
  records_updated,
  records_failed,
  error_message AS error,
  (pg_column_size(configuration) > 11 AND CASE jsonb_typeof(to_jsonb(configuration))
    WHEN 'object' THEN lower(to_jsonb(configuration) ->> 'dry_run') IN ('true', '1')
    WHEN 'string' THEN replace(replace(lower(to_jsonb(configuration) #>> '{}'), ' ', ''), chr(92), '')
      SIMILAR TO '%["'']dry_run["'']:(true|1)%'
  END) IS TRUE AS dry_run,
  -- Most names are told apart by their first letter, at a tenth of the time.
  sync_type COLLATE "C" < 'b' AND {rule_word} IN ({wrappers}) AS wrapper
FROM {table} AS source_row
