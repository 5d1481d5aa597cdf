-- One CRM's activity in the window and the window of the same length before it, as one JSON document.
-- The placeholders stand for the relations actions and rules of a preset, and for the look-back. $1 crm_source,
-- $2 window start, $3 window end, $4 excluded rules and $5 wrapper rules as jsonb arrays (null: none; as the preset
-- says), $6 statuses of the configuration as jsonb {word: status} (null: none), $7 how many recent actions to list,
-- $8 how many seconds before the window its second baseline lies (null: none), $9 the real time now; $10 and $11 are the
-- look-back's.
-- The scan is materialised once, errors of failed runs with it; without that the planner sorts and spills, and reads the
-- rows again (performance.md).
WITH RECURSIVE actions AS NOT MATERIALIZED (
{actions}
),
rules AS NOT MATERIALIZED (
{rules}
),
told AS NOT MATERIALIZED (
  SELECT a.*,
    CASE WHEN a.started_at >= $2::timestamptz THEN 'current'
      WHEN a.started_at >= $2::timestamptz - ($3::timestamptz - $2::timestamptz) THEN 'previous'
      ELSE 'baseline' END AS part,
    CASE WHEN a.started_at >= $2::timestamptz THEN $3::timestamptz
      WHEN a.started_at >= $2::timestamptz - ($3::timestamptz - $2::timestamptz) THEN $2::timestamptz
      ELSE $3::timestamptz - make_interval(secs => $8::float8) END AS row_end,
    CASE WHEN $6::jsonb IS NULL THEN a.status
      ELSE coalesce($6::jsonb ->> lower(btrim(a.status_word)), a.status) END AS meaning,
    CASE WHEN $5::jsonb IS NULL THEN a.wrapper ELSE $5::jsonb ? a.rule END AS is_wrapper
  FROM actions a
  WHERE a.crm_source = $1::text
    AND ((a.started_at >= $2::timestamptz - ($3::timestamptz - $2::timestamptz) AND a.started_at < $3::timestamptz)
      OR (a.started_at >= $2::timestamptz - make_interval(secs => $8::float8)
        AND a.started_at < $3::timestamptz - make_interval(secs => $8::float8)))
    AND ($4::jsonb IS NULL OR NOT $4::jsonb ? a.rule)
),
judged AS NOT MATERIALIZED (
  SELECT *,
    CASE
      WHEN dry_run THEN 'dry_run'
      WHEN is_wrapper THEN 'wrapper'
      WHEN finished_at > row_end THEN 'running'
      ELSE coalesce(meaning, 'unknown')
    END AS state
  FROM told
),
r AS MATERIALIZED (
  SELECT
    part,
    rule COLLATE "C" AS rule,
    state,
    id,
    CASE WHEN meaning IS NULL THEN status_word END AS word,
    started_at,
    finished_at,
    meaning,
    records_processed, records_created, records_updated, records_failed,
    CASE WHEN finished_at >= started_at AND finished_at <= row_end AND cleaned_up IS NOT TRUE
      THEN date_part('epoch', finished_at - started_at) END AS d,
    cleaned_up,
    left(error, 1001) AS error
  FROM judged
),
finished AS NOT MATERIALIZED (
  SELECT * FROM r WHERE state IN ('success', 'partial', 'failed')
)
{lookback}
SELECT json_build_object(
  'cells', (SELECT coalesce(json_agg(c), '[]') FROM (
    SELECT part, rule, state, count(*) AS n, count(d) AS dn, sum(d) AS ds, max(d) AS dm,
      sum(records_processed) AS processed, sum(records_created) AS created,
      sum(records_updated) AS updated, sum(records_failed) AS failed,
      floor(date_part('epoch', max(started_at)) * 1000) AS last
    FROM r GROUP BY part, rule, state) c),
  'hours', (SELECT coalesce(json_agg(json_build_array(hour, total, successful)), '[]') FROM (
    SELECT floor(date_part('epoch', started_at) / 3600) AS hour, count(*) AS total,
      count(*) FILTER (WHERE state = 'success') AS successful
    FROM finished WHERE part = 'current' GROUP BY 1) h),
  'percentiles', (SELECT coalesce(json_agg(json_build_array(part, p)), '[]') FROM (
    SELECT part, percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) AS p
    FROM finished WHERE d IS NOT NULL GROUP BY part) p),
  'rule_percentiles', (SELECT coalesce(json_agg(json_build_array(rule, p)), '[]') FROM (
    SELECT rule, percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) AS p
    FROM finished WHERE part = 'current' AND d IS NOT NULL GROUP BY rule) p),
  'words', (SELECT coalesce(json_agg(json_build_array(word, n)), '[]') FROM (
    SELECT coalesce(left(word, 100), '(null)') AS word, count(*) AS n
    FROM r WHERE part = 'current' AND state = 'unknown' GROUP BY 1 ORDER BY n DESC, word LIMIT 20) w),
  -- Failures of the same rule whose messages differ in their numbers only; the newest message stands for all.
  'errors', (SELECT coalesce(json_agg(json_build_array(part, rule, substr(newest, 16), n, first, last, minutes)), '[]') FROM (
    SELECT part, rule, count(*) AS n,
      max(lpad(floor(date_part('epoch', started_at) * 1000)::int8::text, 15, '0') || error COLLATE "C") AS newest,
      floor(date_part('epoch', min(started_at)) * 1000) AS first,
      floor(date_part('epoch', max(started_at)) * 1000) AS last,
      (array_agg(DISTINCT floor(date_part('epoch', started_at) / 60) ORDER BY floor(date_part('epoch', started_at) / 60) DESC))[1:100] AS minutes
    FROM r WHERE state IN ('partial', 'failed') AND part <> 'baseline'
    GROUP BY part, rule, regexp_replace(left(error, 300), '[0-9]+', '#', 'g')
    ORDER BY n DESC, rule LIMIT 500) e),
  'running', (SELECT coalesce(json_agg(json_build_array(rule, floor(date_part('epoch', started_at) * 1000), id)), '[]') FROM (
    SELECT * FROM r WHERE part = 'current' AND state = 'running' AND meaning = 'running' AND finished_at IS NULL ORDER BY started_at LIMIT 1000) n),
  -- When each run started, where there are not too many to list.
  'starts', (SELECT coalesce(json_agg(s), '[]') FROM (
    SELECT rule, json_agg(floor(date_part('epoch', started_at) * 1000)) AS runs
    FROM r WHERE part = 'current' AND state NOT IN ('dry_run', 'wrapper')
      AND (SELECT count(*) FROM r WHERE part = 'current') <= 10000
    GROUP BY rule) s),
  -- Powers of two in the order of CONTRADICTIONS in rows.ts; from r, where the state of a row is known once and for all.
  'contradictions', (SELECT coalesce(json_agg(json_build_array(rule, bit, n, ids)), '[]') FROM (
    WITH flagged AS MATERIALIZED (SELECT * FROM (
      SELECT rule, id, started_at,
        CASE WHEN state = 'success' AND records_failed > 0 THEN 1 ELSE 0 END
        + CASE WHEN records_failed > records_processed THEN 2 ELSE 0 END
        + CASE WHEN meaning = 'running' AND finished_at <= $3::timestamptz THEN 4 ELSE 0 END
        + CASE WHEN state IN ('success', 'partial', 'failed') AND finished_at IS NULL THEN 8 ELSE 0 END
        + CASE WHEN finished_at < started_at THEN 16 ELSE 0 END
        + CASE WHEN state = 'unknown' THEN 32 ELSE 0 END
        + CASE WHEN state = 'success' AND records_processed = 0 THEN 64 ELSE 0 END
        + CASE WHEN cleaned_up THEN 128 ELSE 0 END AS flags
      FROM r WHERE part = 'current' AND state NOT IN ('dry_run', 'wrapper')) f WHERE flags <> 0)
    SELECT rule, bit, count(*) AS n, (array_agg(id ORDER BY started_at DESC))[1:3] AS ids
    FROM flagged CROSS JOIN generate_series(0, 7) bit
    WHERE (flags & (1 << bit)) <> 0 GROUP BY rule, bit) c),
  -- The later one of two that start within 5 seconds of each other.
  'duplicates', (SELECT coalesce(json_agg(json_build_array(rule, n, ids)), '[]') FROM (
    SELECT rule, count(*) AS n, (array_agg(id ORDER BY started_at))[1:3] AS ids FROM (
      SELECT rule, id, started_at, lag(started_at) OVER (PARTITION BY rule ORDER BY started_at, id) AS before
      FROM r WHERE part = 'current' AND state NOT IN ('dry_run', 'wrapper')) x
    WHERE started_at <= before + interval '5 seconds' GROUP BY rule) d),
  -- A wrapper and the runs inside it tell different stories.
  'wrappers', (SELECT coalesce(json_agg(json_build_array(w.rule, w.id, w.meaning, c.total, c.successful)), '[]') FROM (
    SELECT * FROM r WHERE part = 'current' AND state = 'wrapper' AND finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 20) w
    CROSS JOIN LATERAL (
      SELECT count(*) AS total, count(*) FILTER (WHERE state = 'success') AS successful FROM finished
      WHERE part = 'current' AND started_at >= w.started_at AND started_at <= w.finished_at) c),
  -- Starts that no window will ever hold, or not yet.
  'displaced', (SELECT coalesce(json_agg(json_build_array(at_infinity, n, ids)), '[]') FROM (
    SELECT started_at IN ('infinity', '-infinity') AS at_infinity, count(*) AS n, (array_agg(id ORDER BY started_at, id))[1:3] AS ids FROM (
      SELECT started_at, id FROM actions WHERE crm_source = $1::text
        AND (started_at > $9::timestamptz + interval '5 minutes' OR started_at = '-infinity') LIMIT 1000) f
    GROUP BY 1) d),
  'recent', (SELECT coalesce(json_agg(json_build_array(rule, state, floor(date_part('epoch', started_at) * 1000),
      CASE WHEN state IN ('success', 'partial', 'failed') THEN d END, error)), '[]') FROM (
    SELECT * FROM r WHERE part = 'current' ORDER BY started_at DESC, rule LIMIT $7::int) n),
  'lookback', (SELECT coalesce(json_agg(json_build_array(rule, starts, last_success, processed, stuck)), '[]') FROM lookback),
  'rules', (SELECT coalesce(json_agg(json_build_object('name', name, 'enabled', enabled,
      'automation_level', automation_level, 'strategy', strategy, 'priority', priority, 'schedule', schedule,
      'recurrence', recurrence, 'from', from_ms, 'to', to_ms)), '[]')
    FROM (SELECT *, floor(date_part('epoch', starts_at) * 1000) AS from_ms, floor(date_part('epoch', ends_at) * 1000) AS to_ms
      FROM rules) rules
    WHERE lower(crm_source) = lower($1::text) AND name IS NOT NULL)
)::text AS document
