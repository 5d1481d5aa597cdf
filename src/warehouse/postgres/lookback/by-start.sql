-- What ran in the 30 days before both windows, as the newest 10,000 rows there tell it.
-- They are of this CRM where of_crm is true, else of all CRMs.
-- A thousand are enough where these start after near: nine thousand more would add less than another window.
-- The oldest start of these rows is read from the index alone, so that nothing is computed for the rows of other CRMs.
-- starts: epoch milliseconds, newest first. stuck: how many never ended.
-- week: the newest 10 starts up to a week before the window's end, then the newest 2 up to an hour before that.
, past AS NOT MATERIALIZED (
  SELECT started_at FROM starts
  WHERE (NOT :of_crm::boolean OR crm_source = :crm::text)
    AND started_at >= :lookback_from::timestamptz AND started_at < :before::timestamptz
),
lookback AS NOT MATERIALIZED (
  SELECT rule,
    to_json((array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 ORDER BY started_at DESC))[1:20]) AS starts,
    coalesce(to_json((array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 ORDER BY started_at DESC)
        FILTER (WHERE started_at <= :week_before::timestamptz))[1:10]
      || (array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 ORDER BY started_at DESC)
        FILTER (WHERE started_at <= :hour_and_week_before::timestamptz))[1:2]), '[]') AS week,
    floor(tstzrange_subdiff(max(started_at) FILTER (WHERE (CASE WHEN :statuses::jsonb IS NULL THEN status ELSE coalesce(:statuses::jsonb ->> lower(btrim(status_word)), status) END) = 'success'), 'epoch') * 1000) AS last_success,
    avg(records_processed)::float8 AS processed,
    count(*) FILTER (WHERE (CASE WHEN :statuses::jsonb IS NULL THEN status ELSE coalesce(:statuses::jsonb ->> lower(btrim(status_word)), status) END) = 'running' AND finished_at IS NULL) AS stuck
  FROM actions
  WHERE crm_source = :crm::text AND (:excluded::jsonb IS NULL OR NOT :excluded::jsonb ? rule)
    AND CASE WHEN CASE WHEN :wrappers::jsonb IS NULL THEN wrapper ELSE :wrappers::jsonb ? rule END THEN false ELSE NOT dry_run END
    AND started_at >= coalesce(
      (SELECT started_at FROM (SELECT started_at FROM past ORDER BY started_at DESC OFFSET 999 LIMIT 1) near
        WHERE started_at > :near::timestamptz),
      (SELECT started_at FROM past ORDER BY started_at DESC OFFSET 9999 LIMIT 1),
      :lookback_from::timestamptz)
    AND started_at >= :lookback_from::timestamptz AND started_at < :before::timestamptz
  GROUP BY rule
)
