-- What ran before both windows, as the newest 10,000 rows there tell it, however old; of partitions only the newest.
-- They are of this CRM where of_crm is true, else of all CRMs.
-- A thousand are enough where these start after near: nine thousand more would add less than another window.
-- The oldest start of these rows is read from the index alone, so that nothing is computed for the rows of other CRMs.
-- older: what ran before these rows (older.sql), where an index leads to it.
-- runs: id, start, end, status, records, and the error of the newest few; newest first. stuck: how many never ended.
-- filled: the mean of the records of successes that had some, of the newest 1,000, else of all, else of the oldest rows.
-- week: the newest 10 starts up to a week before the window's end, then the newest 2 up to an hour before that.
, past AS NOT MATERIALIZED (
  SELECT started_at FROM starts
  WHERE (NOT :of_crm::boolean OR crm_source = :crm::text)
    AND started_at >= :lookback_from::timestamptz AND started_at < :before::timestamptz
),
reach AS MATERIALIZED (
  SELECT coalesce(
    (SELECT started_at FROM (SELECT started_at FROM past ORDER BY started_at DESC OFFSET 999 LIMIT 1) near
      WHERE started_at > :near::timestamptz),
    (SELECT started_at FROM past ORDER BY started_at DESC OFFSET 9999 LIMIT 1),
    :lookback_from::timestamptz) AS known_since
),
near_runs AS (
  SELECT {runs} FROM actions
  WHERE crm_source = :crm::text AND (:excluded::jsonb IS NULL OR NOT :excluded::jsonb ? rule)
    AND started_at >= (SELECT known_since FROM reach)
    AND started_at >= :lookback_from::timestamptz AND started_at < :before::timestamptz
),
{older}
past_runs AS NOT MATERIALIZED (
  SELECT *, row_number() OVER (PARTITION BY rule ORDER BY started_at DESC) AS nth
  FROM (SELECT * FROM near_runs UNION ALL SELECT * FROM older_runs) p
  WHERE rule IS NOT NULL AND NOT dry_run AND (NOT is_wrapper OR (SELECT wrappers_only FROM lone))
),
lookback AS NOT MATERIALIZED (
  SELECT rule,
    coalesce(json_agg(json_build_array(id::text, floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8,
        floor(tstzrange_subdiff(ended_at, 'epoch') * 1000)::int8, coalesce(meaning, 'unknown'), brought,
        CASE WHEN meaning IN ('failed', 'partial') AND nth <= 3 THEN {cut_error} END) ORDER BY nth)
      FILTER (WHERE nth <= 20), '[]') AS runs,
    coalesce(to_json((array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 ORDER BY started_at DESC)
        FILTER (WHERE started_at <= :week_before::timestamptz))[1:10]
      || (array_agg(floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8 ORDER BY started_at DESC)
        FILTER (WHERE started_at <= :hour_and_week_before::timestamptz))[1:2]), '[]') AS week,
    floor(tstzrange_subdiff(max(coalesce(ended_at, started_at)) FILTER (WHERE meaning = 'success'), 'epoch') * 1000) AS last_success,
    coalesce(avg(brought) FILTER (WHERE brought > 0 AND meaning = 'success' AND nth <= 1000)::float8,
      avg(brought) FILTER (WHERE brought > 0 AND meaning = 'success')::float8, max(at_first.filled)) AS filled,
    count(*) FILTER (WHERE meaning = 'running' AND ended_at IS NULL AND started_at < :scan_from::timestamptz) AS stuck
  FROM past_runs FULL JOIN at_first USING (rule)
  GROUP BY rule
)
