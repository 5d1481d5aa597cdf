-- The schedules in sync_schedule on PostgreSQL. Only what is known to be disabled is: else an outage would be hidden.
SELECT
  CASE WHEN coalesce(crm_source, 'NA') = 'NA' THEN source_key ELSE crm_source END AS crm_source,
  CASE WHEN coalesce(model_name, 'NA') = 'NA' THEN name ELSE model_name END AS name,
  enabled IS NOT FALSE AS enabled,
  NULL AS automation_level,
  NULL AS strategy,
  NULL AS priority,
  CASE lower(btrim(recurrence_type, {blanks}) COLLATE "C")
    WHEN 'interval' THEN concat_ws(' ', 'every', every::text, period)
    WHEN 'crontab' THEN concat_ws(' ', coalesce(nullif(btrim(minute, {blanks}), ''), '*'),
      coalesce(nullif(btrim(hour, {blanks}), ''), '*'),
      coalesce(nullif(btrim(day_of_month, {blanks}), ''), '*'), coalesce(nullif(btrim(month_of_year, {blanks}), ''), '*'),
      coalesce(nullif(btrim(day_of_week, {blanks}), ''), '*'))
    ELSE recurrence_type
  END AS schedule,
  CASE lower(btrim(recurrence_type, {blanks}) COLLATE "C")
    WHEN 'interval' THEN jsonb_build_object('kind', 'interval', 'every', every, 'period', period)
    WHEN 'crontab' THEN jsonb_build_object('kind', 'crontab', 'minute', minute, 'hour', hour, 'day_of_week', day_of_week,
      'day_of_month', day_of_month, 'month_of_year', month_of_year)
    ELSE jsonb_build_object('kind', 'other', 'type', recurrence_type)
  END AS recurrence,
  {starts_at} AS starts_at,
  {ends_at} AS ends_at,
  {created_at} AS created_at,
  {changed_at} AS changed_at
FROM {table} AS source_row
