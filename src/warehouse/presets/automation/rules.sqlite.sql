-- The rules in the automation preset's tables on SQLite. Only what is known to be disabled is: else an outage would be hidden.
SELECT
  crm_source,
  CAST(name AS TEXT) AS name,
  {enabled} IS NOT FALSE AS enabled,
  CAST(automation_level AS TEXT) AS automation_level,
  CAST(strategy AS TEXT) AS strategy,
  CAST(priority AS TEXT) AS priority,
  CAST(schedule AS TEXT) AS schedule,
  NULL AS recurrence,
  NULL AS starts_at,
  NULL AS ends_at,
  NULL AS created_at,
  NULL AS changed_at
FROM {table}
