-- The schedules in sync_schedule on SQLite.
SELECT
  CASE WHEN coalesce(crm_source, 'NA') = 'NA' THEN source_key ELSE crm_source END AS crm_source,
  CASE WHEN coalesce(model_name, 'NA') = 'NA' THEN name ELSE model_name END AS name,
  enabled,
  NULL AS automation_level,
  NULL AS strategy,
  NULL AS priority,
  CASE lower(trim(recurrence_type, {blanks}))
    WHEN 'interval' THEN concat_ws(' ', 'every', every, period)
    WHEN 'crontab' THEN concat_ws(' ', coalesce(nullif(trim(minute, {blanks}), ''), '*'),
      coalesce(nullif(trim(hour, {blanks}), ''), '*'),
      coalesce(nullif(trim(day_of_month, {blanks}), ''), '*'), coalesce(nullif(trim(month_of_year, {blanks}), ''), '*'),
      coalesce(nullif(trim(day_of_week, {blanks}), ''), '*'))
    ELSE recurrence_type
  END AS schedule,
  CASE lower(trim(recurrence_type, {blanks}))
    WHEN 'interval' THEN json_object('kind', 'interval', 'every', every, 'period', period)
    WHEN 'crontab' THEN json_object('kind', 'crontab', 'minute', minute, 'hour', hour, 'day_of_week', day_of_week,
      'day_of_month', day_of_month, 'month_of_year', month_of_year)
    ELSE json_object('kind', 'other', 'type', recurrence_type)
  END AS recurrence,
  start_at AS starts_at,
  end_at AS ends_at,
  {changed_at} AS changed_at
FROM {table}
