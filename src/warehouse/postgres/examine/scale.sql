-- Whether writers disagree about what a success rate means: a share of 1, or per cent.
-- The disagreement is between writers, so it is looked for in all CRMs.
SELECT
  count(*) FILTER (WHERE rate > 0 AND rate < 1)::int AS fractions,
  count(*) FILTER (WHERE rate > 1)::int AS percentages
FROM (
  SELECT substring(performance_metrics::text FROM '"success_rate"\s*:\s*(\d{1,9}(?:\.\d{1,30})?)\s*[,}]')::float8 AS rate
  FROM {table}
  WHERE start_time > :week_ago::timestamptz AND start_time < :now::timestamptz
) rates
