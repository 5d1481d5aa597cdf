-- The indexes of a table.
SELECT
  format('%I.%I', n.nspname, i.relname) AS name,
  x.indisvalid AS valid,
  (SELECT jsonb_agg(pg_get_indexdef(x.indexrelid, k, true) ORDER BY k) FROM generate_series(1, x.indnatts) k) AS columns,
  x.indnkeyatts::int AS key_columns,
  x.indpred IS NOT NULL AS partial
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_namespace n ON n.oid = i.relnamespace
WHERE x.indrelid = :table_oid::text::oid
ORDER BY i.relname
