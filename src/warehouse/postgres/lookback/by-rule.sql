-- What ran in the 30 days before both windows, where an index leads with CRM, rule and start: a hop from rule to rule,
-- then each rule's newest 20 runs. starts: epoch milliseconds, newest first; stuck: runs that never ended.
, names(rule) AS (
  (SELECT rule FROM actions WHERE crm_source = $1::text ORDER BY rule LIMIT 1)
  UNION ALL
  SELECT (SELECT a.rule FROM actions a WHERE a.crm_source = $1::text AND a.rule > n.rule ORDER BY a.rule LIMIT 1)
  FROM names n WHERE n.rule IS NOT NULL
),
lookback AS NOT MATERIALIZED (
  SELECT n.rule, s.starts, s.processed, s.stuck,
    (SELECT floor(tstzrange_subdiff(a.started_at, 'epoch') * 1000) FROM actions a
      WHERE a.crm_source = $1::text AND a.rule = n.rule AND (CASE WHEN $7::jsonb IS NULL THEN a.status ELSE coalesce($7::jsonb ->> lower(btrim(a.status_word)), a.status) END) = 'success' AND NOT a.dry_run
        AND ($6::jsonb IS NOT NULL OR NOT a.wrapper)
        AND a.started_at >= $3::timestamptz - interval '30 days'
        AND a.started_at < $4::timestamptz
      ORDER BY a.started_at DESC LIMIT 1) AS last_success
  FROM names n
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)), '[]') AS starts,
      avg(records_processed)::float8 AS processed,
      count(*) FILTER (WHERE (CASE WHEN $7::jsonb IS NULL THEN status ELSE coalesce($7::jsonb ->> lower(btrim(status_word)), status) END) = 'running' AND finished_at IS NULL) AS stuck
    FROM (SELECT * FROM actions a
      WHERE (NOT $11::boolean OR a.crm_source = $1::text) AND a.rule = n.rule AND NOT a.dry_run
        AND ($6::jsonb IS NOT NULL OR NOT a.wrapper)
        AND a.started_at >= $3::timestamptz - interval '30 days'
        AND a.started_at < $4::timestamptz
      ORDER BY a.started_at DESC LIMIT least($12::int, 20)) x
    HAVING count(*) > 0) s
  WHERE n.rule IS NOT NULL AND ($5::jsonb IS NULL OR NOT $5::jsonb ? n.rule) AND ($6::jsonb IS NULL OR NOT $6::jsonb ? n.rule)
)
