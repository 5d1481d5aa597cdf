-- What one CRM's rules did in some past hours, from :from to :to, and their newest runs there. Placeholders: scan is scan.sql,
-- starts the actions' starts, hourly and newest_runs the parts of the activity of those names, most how many runs are told at most.
WITH {scan},
starts AS NOT MATERIALIZED (
{starts}
)
SELECT json_build_object(
  'hourly', CASE WHEN (SELECT count(*) FROM r) <= {most} THEN (
    SELECT coalesce(json_agg(json_build_array('current', rule, {states}[state + 1], floor(tstzrange_subdiff(first, 'epoch') * 1000)::int8,
      spans, durations, records)), '[]') FROM (
      SELECT rule, state, {hourly} FROM r WHERE state < 7 AND NOT (SELECT wrappers_only FROM lone) GROUP BY rule, state) c) END,
  'newest', {newest_runs},
  'table_since', {table_since}
)::text AS document
