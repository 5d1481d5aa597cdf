-- What ran in the 30 days before both windows, from the newest rows there alone: $12 of them, of this CRM where $11 (an
-- index leads with CRM and start), else of all; a thousand where these reach back less than a twelfth of the window, for
-- ten times as many would then add less than another window. The oldest start of these is read from the index alone, so
-- that nothing is computed for rows of other CRMs. starts: epoch milliseconds, newest first; stuck: runs that never ended;
-- week: of the starts there were a week before the window's end the newest 10, and of those an hour before that the newest 2.
, past AS NOT MATERIALIZED (
  SELECT started_at FROM starts
  WHERE (NOT $11::boolean OR crm_source = $1::text)
    AND started_at >= $3::timestamptz - interval '30 days' AND started_at < $4::timestamptz
),
lookback AS NOT MATERIALIZED (
  SELECT rule,
    to_json((array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 ORDER BY started_at DESC))[1:20]) AS starts,
    coalesce(to_json((array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 ORDER BY started_at DESC)
        FILTER (WHERE started_at <= $3::timestamptz - interval '7 days'))[1:10]
      || (array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 ORDER BY started_at DESC)
        FILTER (WHERE started_at <= $3::timestamptz - interval '7 days 1 hour'))[1:2]), '[]') AS week,
    floor(tstzrange_subdiff(max(started_at) FILTER (WHERE (CASE WHEN $7::jsonb IS NULL THEN status ELSE coalesce($7::jsonb ->> lower(btrim(status_word)), status) END) = 'success'), 'epoch') * 1000) AS last_success,
    avg(records_processed)::float8 AS processed,
    count(*) FILTER (WHERE (CASE WHEN $7::jsonb IS NULL THEN status ELSE coalesce($7::jsonb ->> lower(btrim(status_word)), status) END) = 'running' AND finished_at IS NULL) AS stuck
  FROM actions
  WHERE crm_source = $1::text AND ($5::jsonb IS NULL OR NOT $5::jsonb ? rule)
    AND CASE WHEN CASE WHEN $6::jsonb IS NULL THEN wrapper ELSE $6::jsonb ? rule END THEN false ELSE NOT dry_run END
    AND started_at >= coalesce(
      (SELECT started_at FROM (SELECT started_at FROM past ORDER BY started_at DESC OFFSET 999 LIMIT 1) near
        WHERE started_at > $4::timestamptz - ($2::timestamptz - $4::timestamptz) / 12),
      (SELECT started_at FROM past ORDER BY started_at DESC OFFSET $12::int - 1 LIMIT 1),
      $3::timestamptz - interval '30 days')
    AND started_at < $4::timestamptz
  GROUP BY rule
)
