-- When each run of a group began and ended, how long it took and how many records it brought: see ../hourly.ts.
-- A span is a million times the clock hour of the start plus that of the end, both counted from base.
min(started_ms) AS first,
      json_group_array((started_ms - :base) / 3600000 * 1000000 + (settled_ms - :base) / 3600000) AS spans,
      json_group_array(CAST(round(d * 1000) AS INTEGER)) AS durations,
      json_group_array(brought) AS records
