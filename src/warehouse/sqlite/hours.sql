-- What one CRM's rules did in some past hours, from :from to :to, and their newest runs there. Placeholders: scan is scan.sql,
-- starts the actions' starts, hourly and newest_runs the parts of the activity of those names, most how many runs are told at most.
WITH {scan},
starts AS NOT MATERIALIZED (
{starts}
)
SELECT json_object(
  'hourly', iif((SELECT count(*) FROM r) > {most}, NULL, json((
    SELECT json_group_array(json_array('current', rule, state, first, json(spans), json(durations), json(records))) FROM (
      SELECT rule, state, {hourly}
      FROM r WHERE state NOT IN ('dry_run', 'wrapper') AND NOT (SELECT wrappers_only FROM lone) GROUP BY rule, state)))),
  'newest', {newest_runs},
  'table_since', (SELECT {start_ms} FROM {oldest})
) AS document
