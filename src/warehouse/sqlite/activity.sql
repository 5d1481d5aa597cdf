-- One CRM's activity in the window and the window of the same length before it, as one JSON document: the twin of
-- ../postgres/activity.sql. The placeholders stand for the two relations of a preset. ?1 crm_source, ?2 window start and
-- ?3 window end in epoch milliseconds, ?4 excluded rules as a JSON array, ?5 wrapper rules as a JSON array (null: as the
-- preset says), ?6 statuses of the configuration as JSON {word: status}, ?7 seconds after which a running action is
-- stale, ?8 how many recent actions to list, ?9 and ?10 the first and last day (YYYY-MM-DD) the scan may need: text
-- compares by day whatever follows it, which lets an index on the start help.
WITH actions AS (
{actions}
),
rules AS (
{rules}
),
timed AS NOT MATERIALIZED (
  SELECT *,
    CAST(round(unixepoch(started_at, 'subsec') * 1000) AS INTEGER) AS started_ms,
    CAST(round(unixepoch(finished_at, 'subsec') * 1000) AS INTEGER) AS finished_ms
  FROM actions
  WHERE crm_source = ?1 AND started_at >= ?9 AND started_at < ?10
    AND rule NOT IN (SELECT value FROM json_each(?4))
),
told AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN started_ms >= ?2 THEN ?3 ELSE ?2 END AS row_end,
    coalesce((SELECT value FROM json_each(?6) WHERE key = lower(trim(status_word))), status) AS meaning,
    CASE WHEN ?5 IS NULL THEN wrapper ELSE rule IN (SELECT value FROM json_each(?5)) END AS is_wrapper
  FROM timed
  WHERE started_ms >= ?2 - (?3 - ?2) AND started_ms < ?3
),
r AS MATERIALIZED (
  SELECT
    started_ms >= ?2 AS cur,
    rule,
    CASE
      WHEN dry_run THEN 'dry_run'
      WHEN is_wrapper THEN 'wrapper'
      WHEN finished_ms > row_end THEN 'running'
      WHEN meaning = 'running' THEN
        CASE WHEN started_ms < row_end - ?7 * 1000 THEN 'stale' ELSE 'running' END
      ELSE coalesce(meaning, 'unknown')
    END AS state,
    CASE WHEN meaning IS NULL THEN status_word END AS word,
    started_ms,
    records_processed, records_created, records_updated, records_failed,
    CASE WHEN finished_ms >= started_ms AND finished_ms <= row_end AND cleaned_up IS NOT TRUE
      THEN (finished_ms - started_ms) / 1000.0 END AS d,
    substr(CAST(error AS TEXT), 1, 1000) AS error
  FROM told
),
finished AS NOT MATERIALIZED (
  SELECT * FROM r WHERE state IN ('success', 'partial', 'failed')
)
-- json() keeps each part JSON: a subquery would make it text.
SELECT json_object(
  'cells', json((SELECT json_group_array(json_object('cur', json(iif(cur, 'true', 'false')), 'rule', rule, 'state', state,
      'n', n, 'dn', dn, 'ds', ds, 'dm', dm, 'processed', processed, 'created', created, 'updated', updated,
      'failed', failed, 'last', last)) FROM (
    SELECT cur, rule, state, count(*) AS n, count(d) AS dn, sum(d) AS ds, max(d) AS dm,
      iif(count(records_processed) = 0, NULL, total(records_processed)) AS processed,
      iif(count(records_created) = 0, NULL, total(records_created)) AS created,
      iif(count(records_updated) = 0, NULL, total(records_updated)) AS updated,
      iif(count(records_failed) = 0, NULL, total(records_failed)) AS failed, max(started_ms) AS last
    FROM r GROUP BY cur, rule, state))),
  'hours', json((SELECT json_group_array(json_array(hour, total, successful)) FROM (
    SELECT started_ms / 3600000 AS hour, count(*) AS total, count(*) FILTER (WHERE state = 'success') AS successful
    FROM finished WHERE cur GROUP BY 1))),
  'percentiles', json((SELECT json_group_array(json_array(json(iif(cur, 'true', 'false')), json_array(p50, p95, p99))) FROM (
    SELECT cur, percentile_cont(d, 0.5) AS p50, percentile_cont(d, 0.95) AS p95, percentile_cont(d, 0.99) AS p99
    FROM finished WHERE d IS NOT NULL GROUP BY cur))),
  'rule_percentiles', json((SELECT json_group_array(json_array(rule, json_array(p50, p95, p99))) FROM (
    SELECT rule, percentile_cont(d, 0.5) AS p50, percentile_cont(d, 0.95) AS p95, percentile_cont(d, 0.99) AS p99
    FROM finished WHERE cur AND d IS NOT NULL GROUP BY rule))),
  'words', json((SELECT json_group_array(json_array(word, n)) FROM (
    SELECT coalesce(substr(word, 1, 100), '(null)') AS word, count(*) AS n
    FROM r WHERE cur AND state = 'unknown' GROUP BY 1 ORDER BY n DESC, word LIMIT 20))),
  'errors', json((SELECT json_group_array(json_array(a.rule, a.error)) FROM (
    SELECT rule, max(started_ms) AS started_ms FROM r
    WHERE cur AND state IN ('partial', 'failed') GROUP BY rule) e
    JOIN r a ON a.started_ms = e.started_ms AND a.rule = e.rule AND a.cur
    WHERE a.state IN ('partial', 'failed') AND a.error IS NOT NULL)),
  'recent', json((SELECT json_group_array(json_array(rule, state, started_ms,
      CASE WHEN state IN ('success', 'partial', 'failed') THEN d END, error)) FROM (
    SELECT * FROM r WHERE cur ORDER BY started_ms DESC, rule LIMIT ?8))),
  'rules', json((SELECT json_group_array(json_object('name', name, 'enabled', json(iif(enabled, 'true', 'false')),
      'automation_level', automation_level, 'strategy', strategy, 'priority', priority, 'schedule', schedule))
    FROM rules
    WHERE lower(crm_source) = lower(?1) AND name IS NOT NULL))
) AS document
