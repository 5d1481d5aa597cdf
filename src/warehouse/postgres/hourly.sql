-- What each rule did in each clock hour; see ../hourly.ts. Null where within does not hold, a placeholder: there are too many runs.
-- A run that went on for 24 clock hours or more is left out: whoever reads the hour of its end may not see its start.
-- Where wrappers are told as runs, there are no others: of wrappers no hours are known.
CASE WHEN {within} THEN json_build_object(
    'cells', (SELECT coalesce(json_agg(json_build_array(rule, {states}[state + 1], hour, n, ms, records)), '[]') FROM (
      SELECT rule, state, floor(tstzrange_subdiff(settled_at, 'epoch') / 3600)::int8 AS hour, count(*) AS n,
        array_agg(round(d * 1000)::int8) FILTER (WHERE d IS NOT NULL) AS ms,
        array_agg(records_processed) FILTER (WHERE records_processed IS NOT NULL) AS records
      FROM r WHERE part < 2 AND state < 3
        AND floor(tstzrange_subdiff(settled_at, 'epoch') / 3600) - floor(tstzrange_subdiff(started_at, 'epoch') / 3600) < 24
        AND NOT (SELECT wrappers_only FROM lone)
      GROUP BY rule, state, hour) c),
    'starts', (SELECT coalesce(json_agg(json_build_array(rule, first, hours, counts)), '[]') FROM (
      SELECT rule, floor(tstzrange_subdiff(min(first), 'epoch') * 1000)::int8 AS first, array_agg(hour) AS hours, array_agg(n) AS counts FROM (
        SELECT rule, floor(tstzrange_subdiff(started_at, 'epoch') / 3600)::int8 AS hour, count(*) AS n, min(started_at) AS first
        FROM r WHERE part < 2 AND state < 7 AND NOT (SELECT wrappers_only FROM lone)
        GROUP BY rule, hour) h
      GROUP BY rule) s))
  END
