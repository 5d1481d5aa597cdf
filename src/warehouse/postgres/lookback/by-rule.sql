-- What ran in the 30 days before both windows, where an index leads with CRM, rule and start: a hop from rule to rule,
-- then each rule's newest 20 runs. starts: epoch milliseconds, newest first; stuck: runs that never ended; week: of the
-- starts there were a week before the window's end the newest 10, and of those an hour before that the newest 2. $11 is true.
, names(rule) AS (
  (SELECT rule FROM actions WHERE crm_source = $1::text ORDER BY rule LIMIT 1)
  UNION ALL
  SELECT (SELECT a.rule FROM actions a WHERE a.crm_source = $1::text AND a.rule > n.rule ORDER BY a.rule LIMIT 1)
  FROM names n WHERE n.rule IS NOT NULL
),
past AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN $7::jsonb IS NULL THEN status ELSE coalesce($7::jsonb ->> lower(btrim(status_word)), status) END AS meaning
  FROM actions
  WHERE crm_source = $1::text AND NOT dry_run AND ($6::jsonb IS NOT NULL OR NOT wrapper)
    AND started_at >= $3::timestamptz - interval '30 days'
),
lookback AS NOT MATERIALIZED (
  SELECT n.rule, s.starts, s.processed, s.stuck,
    (SELECT coalesce(json_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)), '[]') FROM (
      (SELECT p.started_at FROM past p WHERE p.rule = n.rule AND p.started_at <= $3::timestamptz - interval '7 days'
        ORDER BY p.started_at DESC LIMIT 10)
      UNION ALL
      (SELECT p.started_at FROM past p WHERE p.rule = n.rule AND p.started_at <= $3::timestamptz - interval '7 days 1 hour'
        ORDER BY p.started_at DESC LIMIT 2)) w) AS week,
    (SELECT floor(tstzrange_subdiff(p.started_at, 'epoch') * 1000) FROM past p
      WHERE p.rule = n.rule AND p.meaning = 'success' AND p.started_at < $4::timestamptz
      ORDER BY p.started_at DESC LIMIT 1) AS last_success
  FROM names n
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)), '[]') AS starts,
      avg(records_processed)::float8 AS processed,
      count(*) FILTER (WHERE meaning = 'running' AND finished_at IS NULL) AS stuck
    FROM (SELECT * FROM past p
      WHERE p.rule = n.rule AND p.started_at < $4::timestamptz
      ORDER BY p.started_at DESC LIMIT least($12::int, 20)) x
    HAVING count(*) > 0) s
  WHERE $11::boolean AND n.rule IS NOT NULL AND ($5::jsonb IS NULL OR NOT $5::jsonb ? n.rule) AND ($6::jsonb IS NULL OR NOT $6::jsonb ? n.rule)
)
