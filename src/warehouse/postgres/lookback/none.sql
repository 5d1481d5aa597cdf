-- No look-back. Without an index on the start it would read the whole of a large table.
, lookback AS NOT MATERIALIZED (
  SELECT NULL::text AS rule, NULL::json AS runs, NULL::float8 AS last_success, 0 AS stuck, NULL::json AS week,
    NULL::float8 AS filled
  WHERE false
),
reach AS NOT MATERIALIZED (SELECT :scan_from::timestamptz AS known_since),
sampled AS NOT MATERIALIZED (SELECT NULL::text AS rule WHERE false),
known AS NOT MATERIALIZED (SELECT known_since FROM reach)
