-- Whether writers disagree about what a success rate means: a share of 1, or per cent.
-- The disagreement is between writers, so it is looked for in all CRMs.
SELECT
  count(*) FILTER (WHERE rate > 0 AND rate < 1)::int AS fractions,
  count(*) FILTER (WHERE rate > 1)::int AS percentages
FROM (
  SELECT CASE WHEN jsonb_typeof(to_jsonb(performance_metrics) -> 'success_rate') = 'number'
    THEN (to_jsonb(performance_metrics) ->> 'success_rate')::float8 END AS rate
  FROM {table}
  WHERE start_time > :week_ago::timestamptz AND start_time < :now::timestamptz
) rates
