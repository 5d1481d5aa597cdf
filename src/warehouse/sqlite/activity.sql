-- One CRM's activity in the window and the window before it, as one JSON document: the twin of ../postgres/activity.sql.
-- Placeholders: scan is scan.sql, actions and rules a preset's relations, starts its actions without what must be computed. hourly is hourly.sql. Where the windows are too long
-- has_hours is false. most: of more runs none is told. Instants and the other parameters: see told.sql.
-- recent: how many recent actions to list. repeated: whether a start is in an hour that the clocks showed twice.
WITH {scan},
actions AS (
{actions}
),
starts AS NOT MATERIALIZED (
{starts}
),
rules AS (
{rules}
),
-- Whether each run is told, from which both the hours of the window and those of each rule are counted.
told_each AS MATERIALIZED (
  SELECT {has_hours} AND (SELECT count(*) FROM r) <= {most} AS told
),
finished AS NOT MATERIALIZED (
  SELECT * FROM r WHERE state IN ('success', 'partial', 'failed')
),
-- alike: the message with each of its numbers as one mark, then what may be its HTTP status.
failures AS MATERIALIZED (
  SELECT part, rule, id, settled_ms, error,
    CASE WHEN error IS NULL THEN char(3) ELSE replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(ends,
      '0', char(1, 2)), '1', char(1, 2)), '2', char(1, 2)), '3', char(1, 2)), '4', char(1, 2)),
      '5', char(1, 2)), '6', char(1, 2)), '7', char(1, 2)), '8', char(1, 2)), '9', char(1, 2)), char(2, 1), '')
      || coalesce((SELECT group_concat(value, '') FROM json_each('[400,401,402,403,404,405,406,408,409,410,412,413,415,422,423,424,
        425,426,428,429,431,451,500,501,502,503,504,507,508,511,520,521,522,523,524,525,526,527,530,598,599]')
        WHERE instr(ends, value) AND ' ' || ends || ' ' GLOB '*[^0-9A-Za-z_]' || value || '[^0-9A-Za-z_]*'), '') END AS alike
  FROM (SELECT *, substr(error, 1, 300) || substr(error, -300) AS ends
    FROM r WHERE state IN ('partial', 'failed') AND part <> 'baseline')
),
failure_groups AS MATERIALIZED (
  SELECT part, rule, alike, substr(max(printf('%015d', settled_ms) || error), 16) AS message, count(*) AS n,
    min(settled_ms) AS first, max(settled_ms) AS last
  FROM failures GROUP BY part, rule, alike ORDER BY n DESC, last DESC, rule LIMIT 500
),
failure_minutes AS MATERIALIZED (
  SELECT rule, alike, json_group_array(minute) AS minutes FROM (
    SELECT rule, alike, minute, row_number() OVER (PARTITION BY rule, alike ORDER BY minute DESC) AS nth FROM (
      SELECT DISTINCT rule, alike, settled_ms / 60000 AS minute FROM failures WHERE part = 'current'))
  WHERE nth <= 100 GROUP BY rule, alike
),
-- Contradictions, powers of two in the order of CONTRADICTIONS in rows.ts.
flagged AS NOT MATERIALIZED (
  SELECT rule, id, started_ms,
        CASE WHEN state = 'success' AND records_failed > 0 AND records_failed <= 9007199254740991 THEN 1 ELSE 0 END
        + CASE WHEN records_failed > records_processed AND records_processed >= 0 AND records_failed <= 9007199254740991 THEN 2 ELSE 0 END
        + CASE WHEN meaning = 'running' AND ended_ms IS NOT NULL THEN 4 ELSE 0 END
        + CASE WHEN state IN ('success', 'partial', 'failed') AND ended_ms IS NULL
          AND (finished_ms IS NULL OR finished_ms >= started_ms OR finished_ms < 31536000000)
          AND finished_ms IS NOT {unreadable_end} THEN 8 ELSE 0 END
        + CASE WHEN finished_ms < started_ms AND finished_ms >= 31536000000 AND NOT {repeated} THEN 16 ELSE 0 END
        + CASE WHEN state = 'unknown' THEN 32 ELSE 0 END
        + CASE WHEN state = 'success' AND brought = 0 THEN 64 ELSE 0 END
        + CASE WHEN cleaned_up AND ended_ms IS NOT NULL THEN 128 ELSE 0 END
        + CASE WHEN state = 'success' AND {has_error} THEN 256 ELSE 0 END
        + CASE WHEN records_processed < 0 OR records_created < 0 OR records_updated < 0 OR records_failed < 0 THEN 512 ELSE 0 END
        + CASE WHEN records_processed > 9007199254740991 OR records_created > 9007199254740991
          OR records_updated > 9007199254740991 OR records_failed > 9007199254740991 THEN 1024 ELSE 0 END
        + CASE WHEN finished_ms = {unreadable_end} THEN 2048 ELSE 0 END
        + CASE WHEN state IN ('success', 'partial', 'failed') AND records_processed = 0
          AND (records_created > 0 OR records_updated > 0) THEN 4096 ELSE 0 END
        AS flags
  FROM r WHERE part = 'current' AND state NOT IN ('dry_run', 'wrapper')
),
-- Rules whose newest success had no records, with the end of the newest one that had some. A count below zero is not known.
emptied AS MATERIALIZED (
  SELECT rule, max(iif(brought <> 0, settled_ms, NULL)) AS last_full,
    sum(brought) * 1.0 / nullif(count(*) FILTER (WHERE brought > 0), 0) AS usual
  FROM r WHERE state = 'success' AND part <> 'baseline' GROUP BY rule
  HAVING max(settled_ms) > coalesce(max(iif(brought <> 0, settled_ms, NULL)), 0) AND sum(brought) IS NOT NULL
),
-- The newest 10,000 rows before both windows, however old. Later rows are counted to know how many are in front of them.
reach AS MATERIALIZED (
  SELECT started_at FROM starts WHERE crm_source = :crm AND started_at IS NOT NULL
  ORDER BY started_at DESC LIMIT 1 OFFSET 9999 + (SELECT count(*) FROM starts WHERE {later_range})
),
newest AS MATERIALIZED (
  SELECT {runs} FROM actions
  WHERE crm_source = :crm
    AND started_at >= coalesce((SELECT started_at FROM reach), (SELECT min(started_at) FROM starts WHERE crm_source = :crm))
    AND {own_or_lone} AND {start_ms} < :before
),
{past}
-- json() keeps each part JSON. A subquery would make it text.
SELECT json_object(
  'cells', json((SELECT json_group_array(json_array(part, rule, state, n, timed, seconds, longest, processed, created,
      updated, failed, last, last_settled)) FROM (
    SELECT part, rule, state, count(*) AS n, count(d) AS timed, sum(d) AS seconds, max(d) AS longest,
      iif(count(records_processed) = 0, NULL, total(records_processed)) AS processed,
      iif(count(records_created) = 0, NULL, total(records_created)) AS created,
      iif(count(records_updated) = 0, NULL, total(records_updated)) AS updated,
      iif(count(records_failed) = 0, NULL, total(records_failed)) AS failed, max(started_ms) AS last,
      max(settled_ms) AS last_settled
    FROM r GROUP BY part, rule, state))),
  'hourly', iif((SELECT told FROM told_each), json((
    SELECT json_group_array(json_array(part, rule, state, first, json(spans), json(durations), json(records))) FROM (
      SELECT part, rule, state, {hourly}
      FROM r WHERE part <> 'baseline' AND state NOT IN ('dry_run', 'wrapper') GROUP BY part, rule, state))), NULL),
  'hours', iif((SELECT told FROM told_each), NULL, json((SELECT json_group_array(json_array(hour, total, successful)) FROM (
    SELECT settled_ms / 3600000 AS hour, count(*) AS total, count(*) FILTER (WHERE state = 'success') AS successful
    FROM finished WHERE part = 'current' GROUP BY 1)))),
  'wrappers_only', json(iif((SELECT wrappers_only FROM lone), 'true', 'false')),
  'percentiles', json((SELECT json_object(
      'current', json(max(p) FILTER (WHERE part = 'current')), 'previous', json(max(p) FILTER (WHERE part = 'previous')))
    FROM (
      SELECT part, json_array(percentile_cont(d, 0.5), percentile_cont(d, 0.95), percentile_cont(d, 0.99)) AS p
      FROM finished WHERE d IS NOT NULL GROUP BY part))),
  -- Each rule's runs. Their starts are listed where there are not too many, also of the last minutes before the window.
  -- Of two that start within 5 seconds of each other the later one is a probable duplicate.
  'runs', json((SELECT json_group_array(json_array(rule, json(p), json(starts), duplicates, json(ids))) FROM (
    SELECT rule,
      iif(count(d) = 0, NULL,
        json_array(percentile_cont(d, 0.5), percentile_cont(d, 0.95), percentile_cont(d, 0.99))) AS p,
      iif((SELECT count(*) FROM r WHERE part = 'current') <= 10000,
        json_group_array(started_ms ORDER BY started_ms) FILTER (WHERE listed), NULL) AS starts,
      sum(twice) AS duplicates, json_group_array(CAST(id AS TEXT)) FILTER (WHERE twice AND nth <= 3) AS ids
    FROM (
      SELECT *, sum(twice) OVER (PARTITION BY rule ORDER BY started_ms, id) AS nth FROM (
        SELECT rule, id, started_ms, started_ms >= :starts_from AS listed,
          iif(part = 'current' AND state IN ('success', 'partial', 'failed'), d, NULL) AS d,
          iif(started_ms >= :starts_from AND NOT {repeated},
            coalesce(started_ms <= lag(started_ms) OVER (PARTITION BY rule, started_ms >= :starts_from ORDER BY started_ms, id) + 5000, 0), 0) AS twice
        FROM r WHERE state NOT IN ('dry_run', 'wrapper')
          AND (part = 'current' OR (part = 'previous' AND started_ms >= :starts_from))))
    GROUP BY rule))),
  'newest', {newest_runs},
  'emptied', json((SELECT json_group_array(json_array(e.rule,
      (SELECT count(*) FROM r WHERE r.rule = e.rule AND state = 'success' AND part <> 'baseline' AND settled_ms > coalesce(e.last_full, 0)),
      (SELECT min(settled_ms) FROM r WHERE r.rule = e.rule AND state = 'success' AND part <> 'baseline' AND settled_ms > coalesce(e.last_full, 0)),
      e.usual,
      json((SELECT json_group_array(DISTINCT settled_ms / 3600000) FROM r
        WHERE r.rule = e.rule AND state = 'success' AND part <> 'baseline' AND brought > 0)),
      (SELECT avg(coalesce(records_created, 0) + coalesce(records_updated, 0)) FROM r
        WHERE r.rule = e.rule AND state = 'success' AND part <> 'baseline' AND settled_ms > coalesce(e.last_full, 0)))) FROM emptied e)),
  'failing', json((SELECT json_group_array(json_array(rule, n, since)) FROM (
    SELECT rule, count(*) AS n, min(settled_ms) AS since FROM r
    LEFT JOIN (SELECT rule, max(settled_ms) AS newest FROM r WHERE state = 'success' AND part <> 'baseline' GROUP BY rule) s USING (rule)
    WHERE state IN ('partial', 'failed') AND part <> 'baseline' AND (newest IS NULL OR settled_ms > newest) GROUP BY rule))),
  'failed_ids', json((SELECT json_group_array(json_array(rule, json(ids))) FROM (
    SELECT rule, json_group_array(CAST(id AS TEXT) ORDER BY nth) AS ids FROM (
      SELECT rule, id, row_number() OVER (PARTITION BY rule ORDER BY settled_ms DESC, id DESC) AS nth
      FROM failures WHERE part = 'current') WHERE nth <= 3 GROUP BY rule))),
  'words', json((SELECT json_group_array(json_array(part, rule, word, n)) FROM (
    SELECT part, rule, coalesce(substr(word, 1, 100), '(null)') AS word, count(*) AS n
    FROM r WHERE part <> 'baseline' AND state = 'unknown' GROUP BY 1, 2, 3 ORDER BY part, n DESC, word, rule LIMIT 500))),
  -- Failures of one rule whose messages differ in their numbers only. What may be an HTTP status is no such number.
  -- The newest message stands for all. first, last: their ends, or starts where they have none.
  -- minutes: the newest 100 of these, of those in the window.
  'errors', json((SELECT json_group_array(json_array(part, rule, message, n, first, last, json(coalesce(minutes, '[]')))) FROM (
    SELECT g.part, g.rule, g.message, g.n, g.first, g.last, m.minutes FROM failure_groups g
    LEFT JOIN failure_minutes m ON g.part = 'current' AND m.rule = g.rule AND m.alike = g.alike
    ORDER BY g.n DESC, g.last DESC, g.rule))),
  'running', json((SELECT json_group_array(json_array(part, rule, started_ms, CAST(id AS TEXT))) FROM (
    SELECT * FROM r WHERE part <> 'baseline' AND state = 'running' AND meaning = 'running' AND ended_ms IS NULL AND settled_ms < :to
    ORDER BY part, started_ms LIMIT 1000))),
  'contradictions', json((SELECT json_group_array(json_array(rule, bit, n, json(ids))) FROM (
    SELECT rule, value AS bit, count(*) AS n, json_group_array(CAST(id AS TEXT)) FILTER (WHERE at <= 3) AS ids FROM (
      SELECT rule, f.id, value, row_number() OVER (PARTITION BY rule, value ORDER BY started_ms DESC, f.id) AS at
      FROM flagged f CROSS JOIN json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12]') WHERE (flags & (1 << value)) <> 0)
    GROUP BY rule, value))),
  -- A wrapper and the runs inside it tell different stories.
  'wrappers', json((SELECT json_group_array(json_array(rule, CAST(id AS TEXT), meaning, total, successful)) FROM (
    SELECT w.rule, w.id, w.meaning,
      (SELECT count(*) FROM finished c
        WHERE c.part = 'current' AND c.started_ms BETWEEN w.started_ms AND w.ended_ms) AS total,
      (SELECT count(*) FROM finished c WHERE c.part = 'current' AND c.state = 'success'
        AND c.started_ms BETWEEN w.started_ms AND w.ended_ms) AS successful
    FROM r w WHERE w.part = 'current' AND w.state = 'wrapper' AND w.ended_ms IS NOT NULL
    ORDER BY w.started_ms DESC LIMIT 20))),
  -- The newest ones of each by themselves: a wrapper may fail although nothing inside it did.
  'wrapper_runs', json((SELECT json_group_array(json_array(rule, CAST(id AS TEXT), started_ms, ended_ms, meaning, NULL,
      iif(meaning IN ('partial', 'failed') AND nth <= 5, error, NULL))) FROM (
    SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY rule ORDER BY settled_ms DESC, id DESC) AS nth
      FROM r WHERE part <> 'baseline' AND state = 'wrapper' AND ended_ms IS NOT NULL AND meaning IN ('success', 'partial', 'failed'))
    WHERE nth <= 50 ORDER BY rule, nth LIMIT 1000))),
  -- Starts that are later than now. SQLite knows no infinity.
  'displaced', json((SELECT json_group_array(json_array(json('false'), n, json(ids))) FROM (
    SELECT count(*) AS n, json_group_array(CAST(id AS TEXT)) FILTER (WHERE at <= 3) AS ids FROM (
      SELECT id, row_number() OVER (ORDER BY started_at, id) AS at FROM starts
      WHERE {future_range}
        AND {start_ms} > :latest_start LIMIT 1000)) WHERE n > 0)),
  'recent', json((SELECT json_group_array(json_array(rule, state, started_ms,
      CASE WHEN state IN ('success', 'partial', 'failed') THEN d END, error)) FROM (
    SELECT * FROM r WHERE part = 'current' ORDER BY started_ms DESC, rule LIMIT :recent))),
  -- Where nothing is there under the CRM's name: the same name in other letters, or an empty one where rows have none.
  'near_sources', json(iif(EXISTS (SELECT 1 FROM r), '[]', (SELECT json_group_array(source) FROM (
    SELECT DISTINCT CAST(substr(coalesce(crm_source, ''), 1, 100) AS TEXT) AS source FROM starts
    WHERE {near_range} AND {start_ms} >= :before AND {start_ms} < :to
      AND (coalesce(crm_source, '') = '' OR (crm_source <> :crm AND {bare_source} = {bare_crm})) LIMIT 3)))),
  'table_since', (SELECT {start_ms} FROM {oldest}),
  'known_since', iif((SELECT count(*) FROM reach) = 0, 0, coalesce((SELECT min(started_ms) FROM newest), :before)),
  'lookback', {lookback_rows},
  'rules', json((SELECT json_group_array(json_object(
      'name', iif(length(name) > 1000, substr(name, 1, 200) || '…' || substr(name, -60), name),
      'enabled', json(iif(enabled, 'true', 'false')), 'automation_level', automation_level,
      'strategy', substr(strategy, 1, 100), 'priority', substr(priority, 1, 100), 'schedule', substr(schedule, 1, 600),
      'recurrence', json(iif(length(recurrence) > 4000, '{"kind": "other", "type": "of more than 4,000 characters"}', recurrence)),
      'from', {begin_ms},
      'to', {stop_ms},
      'created', {create_ms},
      'changed', {change_ms}))
    FROM rules
    WHERE {bare_source} = {bare_crm} AND name IS NOT NULL))
) AS document
