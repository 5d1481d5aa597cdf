-- The rules in the automation preset's tables on PostgreSQL. Only what is known to be disabled is: else an outage would be hidden.
SELECT
  crm_source,
  name,
  enabled IS NOT FALSE AS enabled,
  automation_level,
  strategy,
  priority,
  schedule,
  CAST(NULL AS jsonb) AS recurrence,
  CAST(NULL AS timestamptz) AS starts_at,
  CAST(NULL AS timestamptz) AS ends_at,
  CAST(NULL AS timestamptz) AS created_at,
  CAST(NULL AS timestamptz) AS changed_at
FROM {table} AS source_row
