-- When each run of a group began and ended, how long it took and how many records it brought: see ../hourly.ts.
-- A span is a million times the clock hour of the start plus that of the end, both counted from base.
min(started_at) AS first,
    array_agg((floor(tstzrange_subdiff(started_at, :base::timestamptz) / 3600) * 1000000
      + floor(tstzrange_subdiff(settled_at, :base::timestamptz) / 3600))::int8) AS spans,
    array_agg((d * 1000)::int8) AS durations,
    array_agg(brought) AS records
