-- What ran before both windows, where an index leads with CRM, rule and start.
-- It hops from rule to rule and reads the newest 20 runs of each, however old; of partitions only those of 30 days.
-- Of a rule whose newest 20 had no success, one of the last 30 days is looked for.
-- runs: id, start, end, status, records, and the error of the newest few; newest first. stuck: how many never ended.
-- filled: the mean of the records of the newest 1,000 runs that had some, else of the oldest ones, where all the newest had none.
-- week: the newest 10 starts up to a week before the window's end, then the newest 2 up to an hour before that.
, names(rule) AS (
  (SELECT rule FROM actions WHERE crm_source = :crm::text ORDER BY rule LIMIT 1)
  UNION ALL
  SELECT (SELECT a.rule FROM actions a WHERE a.crm_source = :crm::text AND a.rule > n.rule ORDER BY a.rule LIMIT 1)
  FROM names n WHERE n.rule IS NOT NULL
),
past AS NOT MATERIALIZED (
  SELECT id, rule, started_at, finished_at, {brought} AS brought, error,
    CASE WHEN finished_at >= :to::timestamptz AND finished_at <= :latest_end::timestamptz THEN 'running' WHEN :statuses::jsonb IS NULL THEN status
      ELSE coalesce(:statuses::jsonb ->> {word}, status) END AS meaning,
    CASE WHEN finished_at >= started_at AND finished_at < :to::timestamptz THEN finished_at END AS ended_at
  FROM actions
  WHERE crm_source = :crm::text AND NOT dry_run
    AND (:wrappers::jsonb IS NOT NULL OR NOT wrapper OR (SELECT wrappers_only FROM lone))
    AND started_at >= :lookback_from::timestamptz
),
lookback AS NOT MATERIALIZED (
  SELECT n.rule, s.runs, s.stuck,
    (SELECT coalesce(json_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)), '[]') FROM (
      (SELECT p.started_at FROM past p WHERE p.rule = n.rule AND p.started_at <= :week_before::timestamptz
        ORDER BY p.started_at DESC LIMIT 10)
      UNION ALL
      (SELECT p.started_at FROM past p WHERE p.rule = n.rule AND p.started_at <= :hour_and_week_before::timestamptz
        ORDER BY p.started_at DESC LIMIT 2)) w) AS week,
    coalesce(s.last_success, CASE WHEN s.more THEN
      (SELECT floor(tstzrange_subdiff(coalesce(p.ended_at, p.started_at), 'epoch') * 1000) FROM past p
      WHERE p.rule = n.rule AND p.meaning = 'success' AND p.started_at < :before::timestamptz
        AND p.started_at >= :month_before::timestamptz
      ORDER BY p.started_at DESC LIMIT 1) END) AS last_success,
    CASE WHEN s.empty AND n.rule COLLATE "C" IN (SELECT rule FROM emptied) THEN coalesce(
      (SELECT avg(brought) FILTER (WHERE brought > 0 AND meaning = 'success') FROM (
        SELECT p.brought, p.meaning FROM past p WHERE p.rule = n.rule AND p.started_at < :before::timestamptz
        ORDER BY p.started_at DESC LIMIT 1000) f),
      (SELECT avg(brought) FILTER (WHERE brought > 0 AND meaning = 'success') FROM (
        SELECT p.brought, p.meaning FROM past p WHERE p.rule = n.rule AND p.started_at < :before::timestamptz
        ORDER BY p.started_at LIMIT 20) f))::float8 END AS filled
  FROM names n
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_array(id::text, floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8,
        floor(tstzrange_subdiff(ended_at, 'epoch') * 1000)::int8, coalesce(meaning, 'unknown'), brought,
        CASE WHEN meaning IN ('failed', 'partial') AND nth <= 3 THEN {cut_error} END) ORDER BY nth), '[]') AS runs,
      bool_and(brought = 0) AS empty,
      count(*) = 20 AS more,
      floor(tstzrange_subdiff(max(coalesce(ended_at, started_at)) FILTER (WHERE meaning = 'success'), 'epoch') * 1000) AS last_success,
      count(*) FILTER (WHERE meaning = 'running' AND ended_at IS NULL AND started_at < :scan_from::timestamptz) AS stuck
    FROM (SELECT *, row_number() OVER (ORDER BY started_at DESC) AS nth FROM (
      SELECT p.id, p.started_at, p.ended_at, p.meaning, p.brought, p.error FROM past p
      WHERE p.rule = n.rule AND p.started_at < :before::timestamptz
      ORDER BY p.started_at DESC LIMIT 20) y) x
    HAVING count(*) > 0) s
  WHERE n.rule IS NOT NULL AND (:excluded::jsonb IS NULL OR NOT :excluded::jsonb ? n.rule)
    AND (:wrappers::jsonb IS NULL OR NOT :wrappers::jsonb ? n.rule OR (SELECT wrappers_only FROM lone))
),
reach AS NOT MATERIALIZED (SELECT :lookback_from::timestamptz AS known_since),
sampled AS NOT MATERIALIZED (SELECT NULL::text AS rule WHERE false),
known AS NOT MATERIALIZED (SELECT known_since FROM reach)
