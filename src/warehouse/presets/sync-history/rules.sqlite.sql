-- The schedules in sync_schedule on SQLite. Only what is known to be disabled is: else an outage would be hidden.
SELECT
  CASE WHEN coalesce(crm_source, 'NA') = 'NA' THEN source_key ELSE crm_source END AS crm_source,
  CAST(CASE WHEN coalesce(model_name, 'NA') = 'NA' THEN name ELSE model_name END AS TEXT) AS name,
  {enabled} IS NOT FALSE AS enabled,
  NULL AS automation_level,
  NULL AS strategy,
  NULL AS priority,
  CASE lower(trim(recurrence_type, {blanks}))
    WHEN 'interval' THEN concat_ws(' ', 'every', every, period)
    WHEN 'crontab' THEN concat_ws(' ', coalesce(nullif(trim(minute, {blanks}), ''), '*'),
      coalesce(nullif(trim(hour, {blanks}), ''), '*'),
      coalesce(nullif(trim(day_of_month, {blanks}), ''), '*'), coalesce(nullif(trim(month_of_year, {blanks}), ''), '*'),
      coalesce(nullif(trim(day_of_week, {blanks}), ''), '*'))
    ELSE CAST(recurrence_type AS TEXT)
  END AS schedule,
  CASE lower(trim(recurrence_type, {blanks}))
    WHEN 'interval' THEN json_object('kind', 'interval', 'every', {every}, 'period', CAST(period AS TEXT))
    WHEN 'crontab' THEN json_object('kind', 'crontab', 'minute', CAST(minute AS TEXT), 'hour', CAST(hour AS TEXT),
      'day_of_week', CAST(day_of_week AS TEXT), 'day_of_month', CAST(day_of_month AS TEXT),
      'month_of_year', CAST(month_of_year AS TEXT))
    ELSE json_object('kind', 'other', 'type', CAST(recurrence_type AS TEXT))
  END AS recurrence,
  {starts_at} AS starts_at,
  {ends_at} AS ends_at,
  {created_at} AS created_at,
  {changed_at} AS changed_at
FROM {table}
