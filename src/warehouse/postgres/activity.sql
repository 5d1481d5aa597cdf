-- One CRM's activity in the window and the window before it, as one JSON document.
-- Placeholders: scan is scan.sql, rules a preset's relation. starts is its actions without what must be computed.
-- hourly is hourly.sql, or no such columns where the windows are too long; then has_hours is false. most: of more runs none is told.
-- Instants and the other parameters: see scan.sql. recent: how many recent actions to list.
-- repeated, start_repeated: whether a start is in an hour that clocks without a zone showed twice.
-- What looks at few rows reads them from odd, not from r.
WITH RECURSIVE {scan},
rules AS NOT MATERIALIZED (
{rules}
),
starts AS NOT MATERIALIZED (
{starts}
),
-- flags: contradictions, powers of two in the order of CONTRADICTIONS in rows.ts.
-- The inner condition holds for every row that may have one, and is cheaper.
-- Ends before 1971 are no ends: programs write the beginning of their time for none.
-- An end that gives no duration and does not come too early is that of a clean-up.
odd AS MATERIALIZED (
  SELECT part, state, started_at, floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 AS started_ms,
    floor(tstzrange_subdiff(settled_at, 'epoch') * 1000)::int8 AS settled_ms,
    ended_at, rule, id, status_word, error, flags
  FROM (
    SELECT *,
      CASE WHEN part > 0 OR state > 6 THEN 0 ELSE
        CASE WHEN state = 0 AND records_failed > 0 AND records_failed <= 9007199254740991 THEN 1 ELSE 0 END
        + CASE WHEN records_failed > records_processed AND records_processed >= 0 AND records_failed <= 9007199254740991 THEN 2 ELSE 0 END
        + CASE WHEN state = 3 AND ended_at < :to::timestamptz THEN 4 ELSE 0 END
        + CASE WHEN state < 3 AND ended_at IS NULL AND (finished_at IS NULL OR finished_at >= started_at OR (finished_at > '-infinity' AND finished_at < '1971-01-01'))
          AND finished_at IS DISTINCT FROM {unreadable_end} THEN 8 ELSE 0 END
        + CASE WHEN finished_at < started_at AND (finished_at = '-infinity' OR finished_at >= '1971-01-01') AND NOT {start_repeated} THEN 16 ELSE 0 END
        + CASE WHEN state = 6 THEN 32 ELSE 0 END
        + CASE WHEN state = 0 AND brought = 0 THEN 64 ELSE 0 END
        + CASE WHEN d IS NULL AND ended_at < :to::timestamptz THEN 128 ELSE 0 END
        + CASE WHEN state = 0 AND {has_error} THEN 256 ELSE 0 END
        + CASE WHEN least(records_processed, records_created, records_updated, records_failed) < 0 THEN 512 ELSE 0 END
        + CASE WHEN greatest(records_processed, records_created, records_updated, records_failed) > 9007199254740991 THEN 1024 ELSE 0 END
        + CASE WHEN finished_at = {unreadable_end} THEN 2048 ELSE 0 END
        + CASE WHEN state < 3 AND records_processed = 0 AND (records_created > 0 OR records_updated > 0) THEN 4096 ELSE 0 END
      END AS flags
    FROM r
    WHERE state <> 0 OR d IS NULL OR records_processed = 0 OR records_failed > 0 OR records_failed > records_processed
      OR error IS NOT NULL OR least(records_processed, records_created, records_updated, records_failed) < 0
      OR greatest(records_processed, records_created, records_updated, records_failed) > 9007199254740991) f
  WHERE (state <> 0 OR flags <> 0) AND part < 2
),
cells AS MATERIALIZED (
  SELECT part, rule, state, count(*) AS n, count(d) AS timed, sum(d) AS seconds, max(d) AS longest,
    sum(records_processed) AS processed, sum(records_created) AS created,
    sum(records_updated) AS updated, sum(records_failed) AS failed,
    max(started_at) AS last, max(settled_at) AS last_settled,
    -- A count below zero is not known, which is not zero.
    max(settled_at) FILTER (WHERE brought <> 0) AS last_full,
    sum(brought) AS brought, count(*) FILTER (WHERE brought > 0) AS filled,
    {hourly}
  FROM r GROUP BY part, rule, state
),
-- Whether each run is told, from which both the hours of the window and those of each rule are counted. No sort is needed then.
told_each AS NOT MATERIALIZED (
  SELECT {has_hours} AND coalesce(sum(n), 0) <= {most} AS told FROM cells
),
-- Rules whose newest success had no records, with the end of the newest one that had some.
emptied AS MATERIALIZED (
  SELECT rule, max(last_full) AS last_full, sum(brought) / nullif(sum(filled), 0) AS usual
  FROM cells WHERE state = 0 AND part < 2 GROUP BY rule
  HAVING max(last_settled) > coalesce(max(last_full), '-infinity') AND sum(brought) IS NOT NULL
)
{lookback}
SELECT json_build_object(
  'cells', (SELECT coalesce(json_agg(json_build_array({parts}[part + 1], rule, {states}[least(state, 8) + 1],
      n, timed, seconds, longest, processed, created, updated, failed,
      floor(tstzrange_subdiff(last, 'epoch') * 1000)::int8,
      floor(tstzrange_subdiff(last_settled, 'epoch') * 1000)::int8)), '[]') FROM cells),
  'hourly', CASE WHEN (SELECT told FROM told_each) THEN (
    SELECT coalesce(json_agg(json_build_array({parts}[part + 1], rule, {states}[state + 1],
      floor(tstzrange_subdiff(first, 'epoch') * 1000)::int8, spans, durations, records)), '[]')
    FROM cells WHERE part < 2 AND state < 7) END,
  'hours', CASE WHEN NOT (SELECT told FROM told_each) THEN (SELECT coalesce(json_agg(json_build_array(hour, total, successful)), '[]') FROM (
    SELECT floor(tstzrange_subdiff(settled_at, 'epoch') / 3600)::int8 AS hour,
      count(*) AS total, count(*) FILTER (WHERE state = 0) AS successful
    FROM r WHERE part = 0 AND state < 3 GROUP BY 1) h) END,
  'wrappers_only', (SELECT wrappers_only FROM lone),
  'percentiles', (SELECT json_build_object(
      'current', percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) FILTER (WHERE part = 0),
      'previous', percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) FILTER (WHERE part = 1))
    FROM r WHERE d IS NOT NULL AND state < 3),
  -- Each rule's runs. Their starts are listed where there are not too many, also of the last minutes before the window.
  -- Of two that start within 5 seconds of each other the later one is a probable duplicate.
  'runs', (SELECT coalesce(json_agg(json_build_array(rule, p,
      CASE WHEN coalesce((SELECT sum(n) FROM cells WHERE part = 0), 0) <= 10000 THEN coalesce(starts, '{}') END, duplicates,
      ARRAY[ids[twice[1]], ids[twice[2]], ids[twice[3]]]::text[])), '[]') FROM (
    SELECT rule,
      percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY d) FILTER (WHERE state < 3 AND part = 0) AS p,
      array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8
        ORDER BY floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8)
        FILTER (WHERE started_at >= :starts_from::timestamptz) AS starts,
      array_agg(id ORDER BY started_at, id) FILTER (WHERE started_at >= :starts_from::timestamptz) AS ids
    FROM r WHERE state < 7 AND (part = 0 OR (part = 1 AND started_at >= :starts_from::timestamptz)) GROUP BY rule) g
    CROSS JOIN LATERAL (
      SELECT count(*) AS duplicates, (array_agg(nth ORDER BY nth))[1:3] AS twice
      FROM unnest(starts) WITH ORDINALITY run(start, nth) WHERE start <= starts[nth - 1] + 5000 AND NOT {repeated}) d),
  'newest', {newest_runs},
  'emptied', (SELECT coalesce(json_agg(json_build_array(e.rule, s.n, s.since, e.usual, h.hours, s.written)), '[]') FROM emptied e
    CROSS JOIN LATERAL (
      SELECT count(*) AS n, floor(tstzrange_subdiff(min(settled_at), 'epoch') * 1000)::int8 AS since,
        avg(coalesce(records_created, 0)::float8 + coalesce(records_updated, 0)::float8) AS written FROM r
      WHERE r.rule = e.rule AND state = 0 AND part < 2 AND settled_at > coalesce(e.last_full, '-infinity')) s
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(DISTINCT floor(tstzrange_subdiff(settled_at, 'epoch') / 3600)::int8), '{}') AS hours FROM r
      WHERE e.last_full IS NOT NULL AND r.rule = e.rule AND state = 0 AND part < 2 AND brought > 0) h),
  'failing', (SELECT coalesce(json_agg(json_build_array(rule, n, since)), '[]') FROM (
    SELECT rule, count(*) AS n, min(settled_ms) AS since
    FROM odd LEFT JOIN (SELECT rule, max(last_settled) AS newest FROM cells WHERE state = 0 AND part < 2 GROUP BY rule) s USING (rule)
    WHERE state IN (1, 2) AND (newest IS NULL OR settled_ms > tstzrange_subdiff(newest, 'epoch') * 1000) GROUP BY rule) f),
  'failed_ids', (SELECT coalesce(json_agg(json_build_array(rule, ids)), '[]') FROM (
    SELECT rule, (array_agg(id::text ORDER BY settled_ms DESC, id DESC))[1:3] AS ids
    FROM odd WHERE part = 0 AND state IN (1, 2) GROUP BY rule) i),
  'words', (SELECT coalesce(json_agg(json_build_array({parts}[part + 1], rule, word, n)), '[]') FROM (
    SELECT part, rule, coalesce(left(status_word, 100), '(null)') AS word, count(*) AS n
    FROM odd WHERE state = 6 GROUP BY 1, 2, 3 ORDER BY part, n DESC, word, rule LIMIT 500) w),
  -- Failures of one rule whose messages differ in their numbers only. What may be an HTTP status is no such number.
  -- The newest message stands for all. first, last: their ends, or starts where they have none.
  -- minutes: the newest 100 of these, of those in the window.
  'errors', (SELECT coalesce(json_agg(json_build_array({parts}[part + 1], rule, substr(newest, 16), n, first, last, minutes)), '[]') FROM (
    SELECT part, rule, count(*) AS n, max(lpad(settled_ms::text, 15, '0') || error COLLATE "C") AS newest,
      min(settled_ms) AS first, max(settled_ms) AS last,
      coalesce((array_agg(DISTINCT settled_ms / 60000 ORDER BY settled_ms / 60000 DESC) FILTER (WHERE part = 0))[1:100], '{}') AS minutes
    FROM odd WHERE state IN (1, 2)
    GROUP BY part, rule, regexp_replace(CASE WHEN octet_length(error) <= 300 THEN error ELSE left(error, 300) || right(error, 300) END,
      '(\m[45][0-9]{2}\M)|[0-9]+', '\1#', 'g')
    ORDER BY n DESC, rule LIMIT 500) e),
  'running', (SELECT coalesce(json_agg(json_build_array({parts}[part + 1], rule, started_ms, id::text)), '[]') FROM (
    SELECT * FROM odd WHERE state = 3 AND ended_at IS NULL
    ORDER BY part, started_at LIMIT 1000) n),
  'contradictions', (SELECT coalesce(json_agg(json_build_array(rule, bit, n, ids)), '[]') FROM (
    SELECT rule, bit, count(*) AS n, (array_agg(id::text ORDER BY started_at DESC, id))[1:3] AS ids
    FROM odd CROSS JOIN generate_series(0, 12) bit
    WHERE flags <> 0 AND (flags & (1 << bit)) <> 0 GROUP BY rule, bit) c),
  -- A wrapper and the runs inside it tell different stories.
  'wrappers', (SELECT coalesce(json_agg(json_build_array(w.rule, w.id::text, {states}[w.state - 7], c.total, c.successful)), '[]') FROM (
    SELECT * FROM odd WHERE part = 0 AND state > 7 AND ended_at < :to::timestamptz ORDER BY started_at DESC LIMIT 20) w
    CROSS JOIN LATERAL (
      SELECT count(*) AS total, count(*) FILTER (WHERE state = 0) AS successful FROM r
      WHERE part = 0 AND state < 3
        AND started_at >= w.started_at AND started_at <= w.ended_at) c),
  -- The newest ones of each by themselves: a wrapper may fail although nothing inside it did.
  'wrapper_runs', (SELECT coalesce(json_agg(json_build_array(rule, id::text,
      floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8, floor(tstzrange_subdiff(ended_at, 'epoch') * 1000)::int8,
      {states}[state - 7], NULL, CASE WHEN state > 8 AND nth <= 5 THEN error END) ORDER BY rule, nth), '[]') FROM (
    SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY rule ORDER BY settled_ms DESC, id DESC) AS nth
      FROM odd WHERE state BETWEEN 8 AND 10 AND ended_at < :to::timestamptz) n
    WHERE nth <= 50 ORDER BY rule, nth LIMIT 1000) w),
  -- Starts that no window holds: they are later than now, or infinite.
  'displaced', (SELECT coalesce(json_agg(json_build_array(at_infinity, n, ids)), '[]') FROM (
    SELECT started_at IN ('infinity', '-infinity') AS at_infinity, count(*) AS n,
      (array_agg(id::text ORDER BY started_at, id))[1:3] AS ids
    FROM (
      SELECT started_at, id FROM starts WHERE crm_source = :crm::text
        AND (started_at > :latest_start::timestamptz AND (:future_to::timestamptz IS NULL OR started_at < :future_to::timestamptz)
          OR started_at IN ('infinity', '-infinity')) LIMIT 1000) f
    GROUP BY 1) d),
  'recent', (SELECT coalesce(json_agg(json_build_array(rule, {states}[least(state, 8) + 1],
      floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8,
      CASE WHEN state < 3 THEN d END, error)), '[]') FROM (
    SELECT * FROM r WHERE part = 0 ORDER BY started_at DESC, rule LIMIT :recent::int) n),
  -- The CRM's name in other letters, of which runs are there; an empty one where runs have none.
  'near_sources', (SELECT coalesce(json_agg(left(source, 100)), '[]') FROM (
    SELECT source FROM (SELECT DISTINCT source FROM (
{near_sources}
    ) near OFFSET 0) each WHERE source = '' OR (source <> :crm::text AND {bare_source} = {bare_crm}) LIMIT 3) s),
  'table_since', {table_since},
  'lookback', (SELECT coalesce(json_agg(json_build_array(
      {rule_name}, runs, last_success, stuck, week, filled)), '[]') FROM lookback),
  'known_since', (SELECT floor(tstzrange_subdiff(known_since, 'epoch') * 1000)::int8 FROM known),
  'sampled', (SELECT coalesce(json_agg(rule ORDER BY rule), '[]') FROM sampled),
  'rules', (SELECT coalesce(json_agg(json_build_object(
      'name', CASE WHEN octet_length(name) > 1000 THEN left(name, 200) || '…' || right(name, 60) ELSE name END,
      'enabled', enabled, 'automation_level', automation_level,
      'strategy', left(strategy, 100), 'priority', left(priority, 100), 'schedule', left(schedule, 600),
      'recurrence', CASE WHEN octet_length(recurrence::text) > 4000 THEN '{"kind": "other", "type": "of more than 4,000 characters"}'
        ELSE recurrence END, 'from', from_ms, 'to', to_ms, 'created', created_ms, 'changed', changed_ms)), '[]')
    FROM (SELECT *, CASE WHEN starts_at IS NOT NULL THEN floor(date_part('epoch', least(greatest(starts_at, '0001-01-01'), '9999-01-01')) * 1000) END AS from_ms,
        CASE WHEN ends_at IS NOT NULL THEN floor(date_part('epoch', least(greatest(ends_at, '0001-01-01'), '9999-01-01')) * 1000) END AS to_ms,
        CASE WHEN created_at IS NOT NULL THEN floor(date_part('epoch', least(greatest(created_at, '0001-01-01'), '9999-01-01')) * 1000) END AS created_ms,
        CASE WHEN changed_at IS NOT NULL THEN floor(date_part('epoch', least(greatest(changed_at, '0001-01-01'), '9999-01-01')) * 1000) END AS changed_ms
      FROM rules) rules
    WHERE {bare_rules_source} = {bare_crm} AND name IS NOT NULL)
)::text AS document
