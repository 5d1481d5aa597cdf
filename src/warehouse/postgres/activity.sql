-- One CRM's activity in the window and the window before it, as one JSON document.
-- Placeholders: actions and rules are a preset's relations. starts is actions without what must be computed.
-- cleaned_up, whether a clean-up wrote the error, is asked of few rows. In actions it would be planned with each mention of it.
-- Instants: see bounds.ts. baseline_from and baseline_to are null where no baseline is asked for.
-- excluded and wrappers: rule names as JSON arrays. Without excluded no rule is; without wrappers the preset says which are.
-- statuses: JSON {word: status}, or null. recent: how many recent actions to list.
-- The scan is materialised once, with the errors of failed runs. Otherwise the planner sorts, spills and reads the rows again.
-- Each further scan of r costs, and so does each of its columns. What looks at few rows reads them from odd.
-- part and state are numbers until the end: the places of their words, from 0 (statement.ts).
-- States below 3 are finished. State 6 is a dry run. From 7 on it is a wrapper: 7 plus the state it would have otherwise.
-- tstzrange_subdiff is the difference in seconds as float8. It takes a fifth of the time of date_part.
WITH RECURSIVE actions AS NOT MATERIALIZED (
{actions}
),
rules AS NOT MATERIALIZED (
{rules}
),
starts AS NOT MATERIALIZED (
{starts}
),
told AS NOT MATERIALIZED (
  SELECT a.*,
    CASE WHEN a.started_at >= :from::timestamptz THEN 0
      WHEN a.started_at >= :before::timestamptz THEN 1
      ELSE 2 END AS part,
    CASE WHEN a.started_at >= :from::timestamptz THEN :to::timestamptz
      WHEN a.started_at >= :before::timestamptz THEN :from::timestamptz
      ELSE :baseline_to::timestamptz END AS row_end,
    CASE WHEN :statuses::jsonb IS NULL THEN a.status
      ELSE coalesce(:statuses::jsonb ->> lower(btrim(a.status_word)), a.status) END AS meaning,
    CASE WHEN :wrappers::jsonb IS NULL THEN a.wrapper ELSE :wrappers::jsonb ? a.rule END AS is_wrapper
  FROM actions a
  WHERE a.crm_source = :crm::text
    AND ((a.started_at >= :before::timestamptz AND a.started_at < :to::timestamptz)
      OR (a.started_at >= :baseline_from::timestamptz AND a.started_at < :baseline_to::timestamptz))
    AND (:excluded::jsonb IS NULL OR NOT :excluded::jsonb ? a.rule)
),
judged AS NOT MATERIALIZED (
  SELECT *,
    CASE meaning
      WHEN 'success' THEN 0
      WHEN 'failed' THEN 2
      WHEN 'partial' THEN 1
      WHEN 'running' THEN 3
      WHEN 'skipped' THEN 4
      ELSE 5
    END AS outcome
  FROM told
),
r AS MATERIALIZED (
  SELECT
    part,
    CASE
      WHEN dry_run THEN 6
      WHEN is_wrapper THEN 7 + outcome
      WHEN finished_at > row_end THEN 3
      ELSE outcome
    END AS state,
    started_at,
    finished_at,
    CASE WHEN finished_at >= started_at
        AND (CASE WHEN error IS NOT NULL AND outcome <> 0 THEN {cleaned_up} END) IS NOT TRUE
      THEN tstzrange_subdiff(finished_at, started_at) END AS d,
    rule COLLATE "C" AS rule,
    records_processed, records_created, records_updated, records_failed,
    id,
    status_word,
    left(error, 1001) AS error
  FROM judged
),
-- flags: contradictions, powers of two in the order of CONTRADICTIONS in rows.ts.
-- The inner condition holds for every row that may have one, and is cheaper.
-- An end that gives no duration and does not come too early is that of a clean-up.
odd AS MATERIALIZED (
  SELECT part, state, started_at, floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 AS started_ms,
    finished_at, rule, id, status_word, error, flags
  FROM (
    SELECT *,
      CASE WHEN part > 0 OR state > 5 THEN 0 ELSE
        CASE WHEN state = 0 AND records_failed > 0 THEN 1 ELSE 0 END
        + CASE WHEN records_failed > records_processed THEN 2 ELSE 0 END
        + CASE WHEN state = 3 AND finished_at <= :to::timestamptz THEN 4 ELSE 0 END
        + CASE WHEN state < 3 AND finished_at IS NULL THEN 8 ELSE 0 END
        + CASE WHEN finished_at < started_at THEN 16 ELSE 0 END
        + CASE WHEN state = 5 THEN 32 ELSE 0 END
        + CASE WHEN state = 0 AND records_processed = 0 THEN 64 ELSE 0 END
        + CASE WHEN d IS NULL AND finished_at >= started_at AND finished_at <= :to::timestamptz THEN 128 ELSE 0 END
      END AS flags
    FROM r
    WHERE state <> 0 OR d IS NULL OR records_processed = 0 OR records_failed > 0 OR records_failed > records_processed) f
  WHERE (state <> 0 OR flags <> 0) AND part < 2
),
cells AS MATERIALIZED (
  SELECT part, rule, state, count(*) AS n, count(d) AS timed, sum(d) AS seconds, max(d) AS longest,
    sum(records_processed) AS processed, sum(records_created) AS created,
    sum(records_updated) AS updated, sum(records_failed) AS failed,
    max(started_at) AS last
  FROM r GROUP BY part, rule, state
)
{lookback}
SELECT json_build_object(
  'cells', (SELECT coalesce(json_agg(json_build_array({parts}[part + 1], rule, {states}[least(state, 7) + 1],
      n, timed, seconds, longest, processed, created, updated, failed,
      floor(tstzrange_subdiff(last, 'epoch') * 1000)::int8)), '[]') FROM cells),
  'hours', (SELECT coalesce(json_agg(json_build_array(hour, total, successful)), '[]') FROM (
    SELECT floor(tstzrange_subdiff(started_at, 'epoch') / 3600)::int8 AS hour,
      count(*) AS total, count(*) FILTER (WHERE state = 0) AS successful
    FROM r WHERE part = 0 AND state < 3 GROUP BY 1) h),
  'percentiles', (SELECT json_build_object(
      'current', percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) FILTER (WHERE part = 0),
      'previous', percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) FILTER (WHERE part = 1))
    FROM r WHERE d IS NOT NULL AND state < 3),
  -- Each rule's runs. Their starts are listed where there are not too many.
  -- Of two that start within 5 seconds of each other the later one is a probable duplicate.
  'runs', (SELECT coalesce(json_agg(json_build_array(rule, p,
      CASE WHEN (SELECT sum(n) FROM cells WHERE part = 0) <= 10000 THEN starts END, duplicates,
      ARRAY[ids[twice[1]], ids[twice[2]], ids[twice[3]]]::text[])), '[]') FROM (
    SELECT rule,
      percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) FILTER (WHERE state < 3) AS p,
      array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8
        ORDER BY floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8) AS starts,
      array_agg(id ORDER BY started_at, id) AS ids
    FROM r WHERE part = 0 AND state < 6 GROUP BY rule) g CROSS JOIN LATERAL (
      SELECT count(*) AS duplicates, (array_agg(nth ORDER BY nth))[1:3] AS twice
      FROM unnest(starts) WITH ORDINALITY run(start, nth) WHERE start <= starts[nth - 1] + 5000) d),
  'words', (SELECT coalesce(json_agg(json_build_array(word, n)), '[]') FROM (
    SELECT coalesce(left(status_word, 100), '(null)') AS word, count(*) AS n
    FROM odd WHERE part = 0 AND state = 5 GROUP BY 1 ORDER BY n DESC, word LIMIT 20) w),
  -- Failures of one rule whose messages differ in their numbers only. What may be an HTTP status is no such number.
  -- The newest message stands for all. minutes: the newest 100 in which they started, of those in the window.
  'errors', (SELECT coalesce(json_agg(json_build_array({parts}[part + 1], rule, substr(newest, 16), n, first, last, minutes)), '[]') FROM (
    SELECT part, rule, count(*) AS n, max(lpad(started_ms::text, 15, '0') || error COLLATE "C") AS newest,
      min(started_ms) AS first, max(started_ms) AS last,
      coalesce((array_agg(DISTINCT started_ms / 60000 ORDER BY started_ms / 60000 DESC) FILTER (WHERE part = 0))[1:100], '{}') AS minutes
    FROM odd WHERE state IN (1, 2)
    GROUP BY part, rule, regexp_replace(left(error, 300), '(\m[45][0-9]{2}\M)|[0-9]+', '\1#', 'g')
    ORDER BY n DESC, rule LIMIT 500) e),
  'running', (SELECT coalesce(json_agg(json_build_array({parts}[part + 1], rule, started_ms, id::text)), '[]') FROM (
    SELECT * FROM odd WHERE state = 3 AND finished_at IS NULL
    ORDER BY part, started_at LIMIT 1000) n),
  'contradictions', (SELECT coalesce(json_agg(json_build_array(rule, bit, n, ids)), '[]') FROM (
    SELECT rule, bit, count(*) AS n, (array_agg(id::text ORDER BY started_at DESC, id))[1:3] AS ids
    FROM odd CROSS JOIN generate_series(0, 7) bit
    WHERE flags <> 0 AND (flags & (1 << bit)) <> 0 GROUP BY rule, bit) c),
  -- A wrapper and the runs inside it tell different stories.
  'wrappers', (SELECT coalesce(json_agg(json_build_array(w.rule, w.id::text, {states}[w.state - 6], c.total, c.successful)), '[]') FROM (
    SELECT * FROM odd WHERE part = 0 AND state > 6 AND finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 20) w
    CROSS JOIN LATERAL (
      SELECT count(*) AS total, count(*) FILTER (WHERE state = 0) AS successful FROM r
      WHERE part = 0 AND state < 3
        AND started_at >= w.started_at AND started_at <= w.finished_at) c),
  -- Starts that no window holds: they are later than now, or infinite.
  'displaced', (SELECT coalesce(json_agg(json_build_array(at_infinity, n, ids)), '[]') FROM (
    SELECT started_at IN ('infinity', '-infinity') AS at_infinity, count(*) AS n,
      (array_agg(id::text ORDER BY started_at, id))[1:3] AS ids
    FROM (
      SELECT started_at, id FROM starts WHERE crm_source = :crm::text
        AND (started_at > :latest_start::timestamptz OR started_at = '-infinity') LIMIT 1000) f
    GROUP BY 1) d),
  'recent', (SELECT coalesce(json_agg(json_build_array(rule, {states}[least(state, 7) + 1],
      floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8,
      CASE WHEN state < 3 THEN d END, error)), '[]') FROM (
    SELECT * FROM r WHERE part = 0 ORDER BY started_at DESC, rule LIMIT :recent::int) n),
  'lookback', (SELECT coalesce(json_agg(json_build_array(rule, starts, last_success, processed, stuck, week)), '[]') FROM lookback),
  'rules', (SELECT coalesce(json_agg(json_build_object('name', name, 'enabled', enabled,
      'automation_level', automation_level, 'strategy', strategy, 'priority', priority, 'schedule', schedule,
      'recurrence', recurrence, 'from', from_ms, 'to', to_ms)), '[]')
    FROM (SELECT *, floor(date_part('epoch', starts_at) * 1000) AS from_ms, floor(date_part('epoch', ends_at) * 1000) AS to_ms
      FROM rules) rules
    WHERE lower(crm_source) = lower(:crm::text) AND name IS NOT NULL)
)::text AS document
