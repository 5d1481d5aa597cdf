-- sync-history on PostgreSQL. Two relations, in this order: actions, rules. Both run in psql as they are.
-- status is null where the word is unknown; configuration may be jsonb, json, text, a JSON string or nonsense.
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
FROM orchestration.sync_history;

SELECT
  CASE WHEN coalesce(crm_source, 'NA') = 'NA' THEN source_key ELSE crm_source END AS crm_source,
  CASE WHEN coalesce(model_name, 'NA') = 'NA' THEN name ELSE model_name END AS name,
  enabled IS TRUE AS enabled,
  NULL AS automation_level,
  NULL AS strategy,
  NULL AS priority,
  CASE recurrence_type
    WHEN 'interval' THEN concat_ws(' ', 'every', every::text, period)
    ELSE concat_ws(' ', coalesce(minute, '*'), coalesce(hour, '*'), coalesce(day_of_month, '*'),
      coalesce(month_of_year, '*'), coalesce(day_of_week, '*'))
  END AS schedule,
  CASE recurrence_type
    WHEN 'interval' THEN jsonb_build_object('kind', 'interval', 'every', every, 'period', period)
    ELSE jsonb_build_object('kind', 'crontab', 'minute', minute, 'hour', hour, 'day_of_week', day_of_week,
      'day_of_month', day_of_month, 'month_of_year', month_of_year)
  END AS recurrence,
  start_at AS starts_at,
  end_at AS ends_at
FROM orchestration.sync_schedule;
