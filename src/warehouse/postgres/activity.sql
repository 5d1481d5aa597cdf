-- One CRM's activity in the window and the window of the same length before it, as one JSON document.
-- The placeholders stand for the relations actions and rules of a preset. $1 crm_source, $2 window start, $3 window end, $4 excluded rules
-- and $5 wrapper rules as jsonb arrays (null: none; as the preset says), $6 statuses of the configuration as jsonb
-- {word: status} (null: none), $7 seconds after which a running action is stale, $8 how many recent actions to list.
-- The scan of both windows is materialised once; without that the planner sorts and spills (performance.md).
WITH actions AS NOT MATERIALIZED (
{actions}
),
rules AS NOT MATERIALIZED (
{rules}
),
told AS NOT MATERIALIZED (
  SELECT a.*,
    CASE WHEN a.started_at >= $2::timestamptz THEN $3::timestamptz ELSE $2::timestamptz END AS row_end,
    CASE WHEN $6::jsonb IS NULL THEN a.status
      ELSE coalesce($6::jsonb ->> lower(btrim(a.status_word)), a.status) END AS meaning,
    CASE WHEN $5::jsonb IS NULL THEN a.wrapper ELSE $5::jsonb ? a.rule END AS is_wrapper
  FROM actions a
  WHERE a.crm_source = $1::text
    AND a.started_at >= $2::timestamptz - ($3::timestamptz - $2::timestamptz)
    AND a.started_at < $3::timestamptz
    AND ($4::jsonb IS NULL OR NOT $4::jsonb ? a.rule)
),
judged AS NOT MATERIALIZED (
  SELECT *,
    CASE
      WHEN dry_run THEN 'dry_run'
      WHEN is_wrapper THEN 'wrapper'
      WHEN finished_at > row_end THEN 'running'
      WHEN meaning = 'running' THEN
        CASE WHEN started_at < row_end - make_interval(secs => $7::float8) THEN 'stale' ELSE 'running' END
      ELSE coalesce(meaning, 'unknown')
    END AS state
  FROM told
),
r AS MATERIALIZED (
  SELECT
    started_at >= $2::timestamptz AS cur,
    rule COLLATE "C" AS rule,
    state,
    CASE WHEN meaning IS NULL THEN status_word END AS word,
    started_at,
    records_processed, records_created, records_updated, records_failed,
    CASE WHEN finished_at >= started_at AND finished_at <= row_end AND cleaned_up IS NOT TRUE
      THEN date_part('epoch', finished_at - started_at) END AS d
  FROM judged
),
finished AS NOT MATERIALIZED (
  SELECT * FROM r WHERE state IN ('success', 'partial', 'failed')
)
SELECT json_build_object(
  'cells', (SELECT coalesce(json_agg(c), '[]') FROM (
    SELECT cur, rule, state, count(*) AS n, count(d) AS dn, sum(d) AS ds, max(d) AS dm,
      sum(records_processed) AS processed, sum(records_created) AS created,
      sum(records_updated) AS updated, sum(records_failed) AS failed,
      floor(date_part('epoch', max(started_at)) * 1000) AS last
    FROM r GROUP BY cur, rule, state) c),
  'hours', (SELECT coalesce(json_agg(json_build_array(hour, total, successful)), '[]') FROM (
    SELECT floor(date_part('epoch', started_at) / 3600) AS hour, count(*) AS total,
      count(*) FILTER (WHERE state = 'success') AS successful
    FROM finished WHERE cur GROUP BY 1) h),
  'percentiles', (SELECT coalesce(json_agg(json_build_array(cur, p)), '[]') FROM (
    SELECT cur, percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) AS p
    FROM finished WHERE d IS NOT NULL GROUP BY cur) p),
  'rule_percentiles', (SELECT coalesce(json_agg(json_build_array(rule, p)), '[]') FROM (
    SELECT rule, percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) AS p
    FROM finished WHERE cur AND d IS NOT NULL GROUP BY rule) p),
  'words', (SELECT coalesce(json_agg(json_build_array(word, n)), '[]') FROM (
    SELECT coalesce(left(word, 100), '(null)') AS word, count(*) AS n
    FROM r WHERE cur AND state = 'unknown' GROUP BY 1 ORDER BY n DESC, word LIMIT 20) w),
  'errors', (SELECT coalesce(json_agg(json_build_array(e.rule, left(a.error, 1000))), '[]') FROM (
    SELECT rule, max(started_at) AS started_at FROM r
    WHERE cur AND state IN ('partial', 'failed') GROUP BY rule) e
    JOIN judged a ON a.started_at = e.started_at AND a.rule = e.rule
    WHERE a.started_at >= $2::timestamptz AND a.state IN ('partial', 'failed') AND a.error IS NOT NULL),
  'recent', (SELECT coalesce(json_agg(json_build_array(n.rule, n.state, floor(date_part('epoch', n.started_at) * 1000),
      CASE WHEN n.state IN ('success', 'partial', 'failed') THEN n.d END,
      (SELECT min(left(a.error, 1000)) FROM judged a
        WHERE a.started_at = n.started_at AND a.rule = n.rule AND a.state = n.state))), '[]') FROM (
    SELECT * FROM r WHERE cur ORDER BY started_at DESC, rule LIMIT $8::int) n),
  'rules', (SELECT coalesce(json_agg(json_build_object('name', name, 'enabled', enabled,
      'automation_level', automation_level, 'strategy', strategy, 'priority', priority, 'schedule', schedule)), '[]')
    FROM rules
    WHERE lower(crm_source) = lower($1::text) AND name IS NOT NULL)
)::text AS document
