-- Every table or view of one of these names, with what decides how it may be read. names is a JSON array.
SELECT
  n.nspname AS schema,
  c.relname AS name,
  pg_catalog.pg_table_is_visible(c.oid) AS visible,
  CASE WHEN c.reltuples >= 0 THEN c.reltuples::float8 END AS rows,
  (SELECT coalesce(jsonb_agg((SELECT jsonb_agg(a.attname ORDER BY k.at)
      FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, at)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum)), '[]')
    FROM pg_catalog.pg_index x
    WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL AND NOT 0 = ANY (x.indkey::int2[])) AS indexes
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname IN (SELECT jsonb_array_elements_text(:names::jsonb)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
