-- The schedules in sync_schedule on SQLite.
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
FROM {table}
