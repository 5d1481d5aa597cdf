-- One CRM's activity in the window and the window before it, as one JSON document: the twin of ../postgres/activity.sql.
-- Placeholders: actions and rules are a preset's relations. cleaned_up is whether a clean-up wrote the error.
-- Instants, in epoch milliseconds: see bounds.ts. baseline_from and baseline_to are null where no baseline is asked for.
-- Days, as YYYY-MM-DD, bound the scans: text compares by day whatever follows it, so that an index on the start helps.
-- excluded and wrappers: rule names as JSON arrays. Without wrappers the preset says which rules are.
-- statuses: JSON {word: status}. recent: how many recent actions to list.
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
  WHERE crm_source = :crm AND started_at >= :first_day AND started_at < :end_day
    AND rule NOT IN (SELECT value FROM json_each(:excluded))
),
told AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN started_ms >= :from THEN 'current' WHEN started_ms >= :before THEN 'previous' ELSE 'baseline' END AS part,
    CASE WHEN started_ms >= :from THEN :to WHEN started_ms >= :before THEN :from ELSE :baseline_to END AS row_end,
    coalesce((SELECT value FROM json_each(:statuses) WHERE key = lower(trim(status_word))), status) AS meaning,
    CASE WHEN :wrappers IS NULL THEN wrapper ELSE rule IN (SELECT value FROM json_each(:wrappers)) END AS is_wrapper
  FROM timed
  WHERE (started_ms >= :before AND started_ms < :to)
    OR (started_ms >= :baseline_from AND started_ms < :baseline_to)
),
judged AS NOT MATERIALIZED (
  SELECT *,
    CASE
      WHEN dry_run THEN 'dry_run'
      WHEN is_wrapper THEN 'wrapper'
      WHEN finished_ms > row_end THEN 'running'
      ELSE coalesce(meaning, 'unknown')
    END AS state,
    CASE WHEN error IS NOT NULL AND meaning IS NOT 'success' THEN {cleaned_up} END AS cleaned_up
  FROM told
),
r AS MATERIALIZED (
  SELECT
    part,
    rule,
    state,
    id,
    CASE WHEN meaning IS NULL THEN status_word END AS word,
    started_ms,
    finished_ms,
    meaning,
    records_processed, records_created, records_updated, records_failed,
    CASE WHEN finished_ms >= started_ms AND finished_ms <= row_end AND cleaned_up IS NOT TRUE
      THEN (finished_ms - started_ms) / 1000.0 END AS d,
    cleaned_up,
    substr(CAST(error AS TEXT), 1, 1001) AS error
  FROM judged
),
finished AS NOT MATERIALIZED (
  SELECT * FROM r WHERE state IN ('success', 'partial', 'failed')
),
-- alike: the message with each of its numbers as one mark, then what may be its HTTP status.
failures AS MATERIALIZED (
  SELECT part, rule, started_ms, error,
    CASE WHEN error IS NULL THEN char(3) ELSE replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(substr(error, 1, 300),
      '0', char(1, 2)), '1', char(1, 2)), '2', char(1, 2)), '3', char(1, 2)), '4', char(1, 2)),
      '5', char(1, 2)), '6', char(1, 2)), '7', char(1, 2)), '8', char(1, 2)), '9', char(1, 2)), char(2, 1), '')
      || coalesce((SELECT group_concat(value, '') FROM json_each('[400,401,402,403,404,405,406,408,409,410,412,413,415,422,423,424,
        425,426,428,429,431,451,500,501,502,503,504,507,508,511,520,521,522,523,524,525,526,527,530,598,599]')
        WHERE instr(error, value) AND ' ' || substr(error, 1, 300) || ' ' GLOB '*[^0-9A-Za-z_]' || value || '[^0-9A-Za-z_]*'), '') END AS alike
  FROM r WHERE state IN ('partial', 'failed') AND part <> 'baseline'
),
failure_groups AS MATERIALIZED (
  SELECT part, rule, alike, substr(max(printf('%015d', started_ms) || error), 16) AS message, count(*) AS n,
    min(started_ms) AS first, max(started_ms) AS last
  FROM failures GROUP BY part, rule, alike ORDER BY n DESC, last DESC, rule LIMIT 500
),
failure_minutes AS MATERIALIZED (
  SELECT rule, alike, json_group_array(minute) AS minutes FROM (
    SELECT rule, alike, minute, row_number() OVER (PARTITION BY rule, alike ORDER BY minute DESC) AS nth FROM (
      SELECT DISTINCT rule, alike, started_ms / 60000 AS minute FROM failures WHERE part = 'current'))
  WHERE nth <= 100 GROUP BY rule, alike
),
-- Contradictions, powers of two in the order of CONTRADICTIONS in rows.ts.
flagged AS NOT MATERIALIZED (
  SELECT rule, id, started_ms,
        CASE WHEN state = 'success' AND records_failed > 0 THEN 1 ELSE 0 END
        + CASE WHEN records_failed > records_processed THEN 2 ELSE 0 END
        + CASE WHEN meaning = 'running' AND finished_ms <= :to THEN 4 ELSE 0 END
        + CASE WHEN state IN ('success', 'partial', 'failed') AND finished_ms IS NULL THEN 8 ELSE 0 END
        + CASE WHEN finished_ms < started_ms THEN 16 ELSE 0 END
        + CASE WHEN state = 'unknown' THEN 32 ELSE 0 END
        + CASE WHEN state = 'success' AND records_processed = 0 THEN 64 ELSE 0 END
        + CASE WHEN cleaned_up AND finished_ms BETWEEN started_ms AND :to THEN 128 ELSE 0 END AS flags
  FROM r WHERE part = 'current' AND state NOT IN ('dry_run', 'wrapper')
),
lookback AS NOT MATERIALIZED (
  SELECT rule,
    max(iif(meaning = 'success', started_ms, NULL)) AS last_success,
    avg(records_processed) AS processed,
    count(*) FILTER (WHERE meaning = 'running' AND finished_at IS NULL) AS stuck
  FROM newest GROUP BY rule
),
newest AS MATERIALIZED (
  SELECT *,
    CAST(round(unixepoch(started_at, 'subsec') * 1000) AS INTEGER) AS started_ms,
    coalesce((SELECT value FROM json_each(:statuses) WHERE key = lower(trim(status_word))), status) AS meaning
  FROM actions
  WHERE crm_source = :crm AND started_at >= :lookback_day AND started_at < :end_day AND dry_run IS NOT TRUE
    AND rule NOT IN (SELECT value FROM json_each(:excluded))
    AND NOT CASE WHEN :wrappers IS NULL THEN wrapper ELSE rule IN (SELECT value FROM json_each(:wrappers)) END
    AND unixepoch(started_at, 'subsec') * 1000 >= :lookback_from
    AND unixepoch(started_at, 'subsec') * 1000 < :before
  ORDER BY started_at DESC LIMIT 10000
)
-- json() keeps each part JSON. A subquery would make it text.
SELECT json_object(
  'cells', json((SELECT json_group_array(json_array(part, rule, state, n, timed, seconds, longest, processed, created,
      updated, failed, last)) FROM (
    SELECT part, rule, state, count(*) AS n, count(d) AS timed, sum(d) AS seconds, max(d) AS longest,
      iif(count(records_processed) = 0, NULL, total(records_processed)) AS processed,
      iif(count(records_created) = 0, NULL, total(records_created)) AS created,
      iif(count(records_updated) = 0, NULL, total(records_updated)) AS updated,
      iif(count(records_failed) = 0, NULL, total(records_failed)) AS failed, max(started_ms) AS last
    FROM r GROUP BY part, rule, state))),
  'hours', json((SELECT json_group_array(json_array(hour, total, successful)) FROM (
    SELECT started_ms / 3600000 AS hour, count(*) AS total, count(*) FILTER (WHERE state = 'success') AS successful
    FROM finished WHERE part = 'current' GROUP BY 1))),
  'percentiles', json((SELECT json_object(
      'current', json(max(p) FILTER (WHERE part = 'current')), 'previous', json(max(p) FILTER (WHERE part = 'previous')))
    FROM (
      SELECT part, json_array(percentile_cont(d, 0.5), percentile_cont(d, 0.95), percentile_cont(d, 0.99)) AS p
      FROM finished WHERE d IS NOT NULL GROUP BY part))),
  -- Each rule's runs. Their starts are listed where there are not too many.
  -- Of two that start within 5 seconds of each other the later one is a probable duplicate.
  'runs', json((SELECT json_group_array(json_array(rule, json(p), json(starts), duplicates, json(ids))) FROM (
    SELECT rule,
      iif(count(d) = 0, NULL,
        json_array(percentile_cont(d, 0.5), percentile_cont(d, 0.95), percentile_cont(d, 0.99))) AS p,
      iif((SELECT count(*) FROM r WHERE part = 'current') <= 10000, json_group_array(started_ms ORDER BY started_ms), NULL) AS starts,
      sum(twice) AS duplicates, json_group_array(CAST(id AS TEXT)) FILTER (WHERE twice AND nth <= 3) AS ids
    FROM (
      SELECT *, sum(twice) OVER (PARTITION BY rule ORDER BY started_ms, id) AS nth FROM (
        SELECT rule, id, started_ms, iif(state IN ('success', 'partial', 'failed'), d, NULL) AS d,
          coalesce(started_ms <= lag(started_ms) OVER (PARTITION BY rule ORDER BY started_ms, id) + 5000, 0) AS twice
        FROM r WHERE part = 'current' AND state NOT IN ('dry_run', 'wrapper')))
    GROUP BY rule))),
  'words', json((SELECT json_group_array(json_array(word, n)) FROM (
    SELECT coalesce(substr(word, 1, 100), '(null)') AS word, count(*) AS n
    FROM r WHERE part = 'current' AND state = 'unknown' GROUP BY 1 ORDER BY n DESC, word LIMIT 20))),
  -- Failures of one rule whose messages differ in their numbers only. What may be an HTTP status is no such number.
  -- The newest message stands for all. minutes: the newest 100 in which they started, of those in the window.
  'errors', json((SELECT json_group_array(json_array(part, rule, message, n, first, last, json(coalesce(minutes, '[]')))) FROM (
    SELECT g.part, g.rule, g.message, g.n, g.first, g.last, m.minutes FROM failure_groups g
    LEFT JOIN failure_minutes m ON g.part = 'current' AND m.rule = g.rule AND m.alike = g.alike
    ORDER BY g.n DESC, g.last DESC, g.rule))),
  'running', json((SELECT json_group_array(json_array(part, rule, started_ms, CAST(id AS TEXT))) FROM (
    SELECT * FROM r WHERE part <> 'baseline' AND state = 'running' AND meaning = 'running' AND finished_ms IS NULL
    ORDER BY part, started_ms LIMIT 1000))),
  'contradictions', json((SELECT json_group_array(json_array(rule, bit, n, json(ids))) FROM (
    SELECT rule, value AS bit, count(*) AS n, json_group_array(CAST(id AS TEXT)) FILTER (WHERE at <= 3) AS ids FROM (
      SELECT rule, f.id, value, row_number() OVER (PARTITION BY rule, value ORDER BY started_ms DESC, f.id) AS at
      FROM flagged f CROSS JOIN json_each('[0,1,2,3,4,5,6,7]') WHERE (flags & (1 << value)) <> 0)
    GROUP BY rule, value))),
  -- A wrapper and the runs inside it tell different stories.
  'wrappers', json((SELECT json_group_array(json_array(rule, CAST(id AS TEXT), meaning, total, successful)) FROM (
    SELECT w.rule, w.id, w.meaning,
      (SELECT count(*) FROM finished c
        WHERE c.part = 'current' AND c.started_ms BETWEEN w.started_ms AND w.finished_ms) AS total,
      (SELECT count(*) FROM finished c WHERE c.part = 'current' AND c.state = 'success'
        AND c.started_ms BETWEEN w.started_ms AND w.finished_ms) AS successful
    FROM r w WHERE w.part = 'current' AND w.state = 'wrapper' AND w.finished_ms IS NOT NULL
    ORDER BY w.started_ms DESC LIMIT 20))),
  -- Starts that are later than now. SQLite knows no infinity.
  'displaced', json((SELECT json_group_array(json_array(json('false'), n, json(ids))) FROM (
    SELECT count(*) AS n, json_group_array(CAST(id AS TEXT)) FILTER (WHERE at <= 3) AS ids FROM (
      SELECT id, row_number() OVER (ORDER BY started_at, id) AS at FROM actions
      WHERE crm_source = :crm AND started_at >= :today
        AND unixepoch(started_at, 'subsec') * 1000 > :latest_start LIMIT 1000)) WHERE n > 0)),
  'recent', json((SELECT json_group_array(json_array(rule, state, started_ms,
      CASE WHEN state IN ('success', 'partial', 'failed') THEN d END, error)) FROM (
    SELECT * FROM r WHERE part = 'current' ORDER BY started_ms DESC, rule LIMIT :recent))),
  'lookback', json((SELECT json_group_array(json_array(rule,
      json((SELECT json_group_array(started_ms) FROM (
        SELECT started_ms FROM newest n WHERE n.rule = lookback.rule ORDER BY started_ms DESC LIMIT 20))),
      last_success, processed, stuck,
      json((SELECT json_group_array(started_ms) FROM (
        SELECT * FROM (SELECT started_ms FROM newest n
          WHERE n.rule = lookback.rule AND started_ms <= :week_before ORDER BY started_ms DESC LIMIT 10)
        UNION ALL
        SELECT * FROM (SELECT started_ms FROM newest n
          WHERE n.rule = lookback.rule AND started_ms <= :hour_and_week_before ORDER BY started_ms DESC LIMIT 2)))))) FROM lookback)),
  'rules', json((SELECT json_group_array(json_object('name', name, 'enabled', json(iif(enabled, 'true', 'false')),
      'automation_level', automation_level, 'strategy', strategy, 'priority', priority, 'schedule', schedule,
      'recurrence', json(recurrence),
      'from', CAST(round(unixepoch(starts_at, 'subsec') * 1000) AS INTEGER),
      'to', CAST(round(unixepoch(ends_at, 'subsec') * 1000) AS INTEGER)))
    FROM rules
    WHERE lower(crm_source) = lower(:crm) AND name IS NOT NULL))
) AS document
