-- sync-history on SQLite, the same tables without a schema. Two relations, in this order: actions, rules.
-- Both run in sqlite3 as they are. Times are ISO 8601 text, UTC where they name no zone.
SELECT
  id,
  crm_source,
  sync_type AS rule,
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
  start_time AS started_at,
  end_time AS finished_at,
  status <> 'success' AND (
    replace(lower(substr(error_message, 1, 300)), '-', ' ') LIKE '%clean up%'
    OR lower(substr(error_message, 1, 300)) LIKE '%cleanup%'
    OR lower(substr(error_message, 1, 300)) LIKE '%cleaned up%'
  ) AS cleaned_up,
  records_processed,
  records_created,
  records_updated,
  records_failed,
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
  sync_type IN ('all', 'all_entities') AS wrapper
FROM sync_history;

SELECT
  CASE WHEN coalesce(crm_source, 'NA') = 'NA' THEN source_key ELSE crm_source END AS crm_source,
  CASE WHEN coalesce(model_name, 'NA') = 'NA' THEN name ELSE model_name END AS name,
  enabled,
  NULL AS automation_level,
  NULL AS strategy,
  NULL AS priority,
  CASE recurrence_type
    WHEN 'interval' THEN concat_ws(' ', 'every', every, period)
    ELSE concat_ws(' ', coalesce(minute, '*'), coalesce(hour, '*'), coalesce(day_of_month, '*'),
      coalesce(month_of_year, '*'), coalesce(day_of_week, '*'))
  END AS schedule,
  CASE recurrence_type
    WHEN 'interval' THEN json_object('kind', 'interval', 'every', every, 'period', period)
    ELSE json_object('kind', 'crontab', 'minute', minute, 'hour', hour, 'day_of_week', day_of_week,
      'day_of_month', day_of_month, 'month_of_year', month_of_year)
  END AS recurrence,
  start_at AS starts_at,
  end_at AS ends_at
FROM sync_schedule;
