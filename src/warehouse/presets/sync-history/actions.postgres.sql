-- The runs in sync_history on PostgreSQL. status is null where the word is unknown.
-- configuration may be jsonb, json, text, a JSON string or nonsense.
SELECT
  id,
  crm_source,
  sync_type AS rule,
  CASE status
    WHEN 'success' THEN 'success'
    WHEN 'running' THEN 'running'
    WHEN 'failed' THEN 'failed'
    ELSE CASE lower(btrim(status))
      WHEN 'success' THEN 'success'
      WHEN 'completed' THEN 'success'
      WHEN 'partial' THEN 'partial'
      WHEN 'failed' THEN 'failed'
      WHEN 'error' THEN 'failed'
      WHEN 'running' THEN 'running'
      WHEN 'in_progress' THEN 'running'
      WHEN 'skipped' THEN 'skipped'
    END
  END AS status,
  status AS status_word,
  start_time AS started_at,
  end_time AS finished_at,
  error_message IS NOT NULL AND status <> 'success' AND (
    replace(lower(left(error_message, 300)), '-', ' ') LIKE '%clean up%'
    OR lower(left(error_message, 300)) LIKE '%cleanup%'
    OR lower(left(error_message, 300)) LIKE '%cleaned up%'
  ) AS cleaned_up,
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
  sync_type IN ('all', 'all_entities') AS wrapper
FROM {table}
