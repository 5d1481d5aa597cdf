-- The rules in the automation preset's tables on SQLite.
SELECT
  crm_source,
  name,
  enabled,
  automation_level,
  strategy,
  priority,
  schedule,
  NULL AS recurrence,
  NULL AS starts_at,
  NULL AS ends_at
FROM {table}
