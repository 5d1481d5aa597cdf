-- What ran in the 30 days before both windows, from the newest rows there alone: $11 of them, of this CRM where $10 (an
-- index leads with CRM and start), else of all. The oldest start of these is read from the index alone, so that nothing
-- is computed for rows of other CRMs. starts: epoch milliseconds, newest first; stuck: runs that never ended.
, lookback AS NOT MATERIALIZED (
  SELECT rule,
    to_json((array_agg(floor(date_part('epoch', started_at) * 1000) ORDER BY started_at DESC))[1:20]) AS starts,
    max(floor(date_part('epoch', started_at) * 1000)) FILTER (WHERE (CASE WHEN $6::jsonb IS NULL THEN status ELSE coalesce($6::jsonb ->> lower(btrim(status_word)), status) END) = 'success') AS last_success,
    avg(records_processed)::float8 AS processed,
    count(*) FILTER (WHERE (CASE WHEN $6::jsonb IS NULL THEN status ELSE coalesce($6::jsonb ->> lower(btrim(status_word)), status) END) = 'running' AND finished_at IS NULL) AS stuck
  FROM actions
  WHERE crm_source = $1::text AND NOT dry_run AND ($4::jsonb IS NULL OR NOT $4::jsonb ? rule)
    AND NOT CASE WHEN $5::jsonb IS NULL THEN wrapper ELSE $5::jsonb ? rule END
    AND started_at >= (SELECT min(started_at) FROM (SELECT a.started_at FROM actions a
      WHERE (NOT $10::boolean OR a.crm_source = $1::text)
        AND a.started_at >= $3::timestamptz - interval '30 days'
        AND a.started_at < $2::timestamptz - ($3::timestamptz - $2::timestamptz)
      ORDER BY a.started_at DESC LIMIT $11::int) x)
    AND started_at < $2::timestamptz - ($3::timestamptz - $2::timestamptz)
  GROUP BY rule
)
