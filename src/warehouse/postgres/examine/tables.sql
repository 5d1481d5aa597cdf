-- Every table or view of one of these names, wherever it is. names is a JSON array.
SELECT
  c.oid::int8::text AS oid,
  n.nspname AS schema,
  c.relname AS name,
  c.relkind IN ('r', 'p', 'm') AS stored,
  has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
  (SELECT coalesce(jsonb_agg(p), '[]') FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
    WHERE c.relkind IN ('r', 'p', 'v') AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, p)) AS writes,
  c.relpages::int AS pages,
  pg_total_relation_size(c.oid)::float8 AS bytes,
  date_part('epoch', greatest(s.last_analyze, s.last_autoanalyze)) * 1000 AS analyzed_ms,
  s.n_mod_since_analyze / nullif(s.n_live_tup, 0)::float8 AS modified_share
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relname IN (SELECT jsonb_array_elements_text(:names::jsonb)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY n.nspname, c.relname
