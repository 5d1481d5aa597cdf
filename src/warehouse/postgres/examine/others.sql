-- Tables and views of any name that this role may read, which may hold the runs.
SELECT
  pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name,
  pg_catalog.quote_ident(n.nspname) AS schema,
  of_columns.columns, of_columns.types, of_columns.required
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT jsonb_agg(a.attname ORDER BY a.attnum) AS columns,
    coalesce(jsonb_agg(a.attname) FILTER (WHERE a.attnotnull), '[]') AS required,
    jsonb_object_agg(a.attname, CASE WHEN t.typtype = 'e' THEN 'enum' WHEN t.typname = 'citext' THEN 'citext'
      ELSE pg_catalog.format_type(t.oid, NULL) END) AS types
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type d ON d.oid = a.atttypid
  JOIN pg_catalog.pg_type t ON t.oid = CASE WHEN d.typtype = 'd' THEN (
    WITH RECURSIVE base AS (
      SELECT d.typbasetype AS oid
      UNION ALL SELECT b.typbasetype FROM base JOIN pg_catalog.pg_type b ON b.oid = base.oid AND b.typtype = 'd')
    SELECT oid FROM base JOIN pg_catalog.pg_type b USING (oid) WHERE b.typtype <> 'd') ELSE d.oid END
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) of_columns
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(?:toast|temp)'
  AND of_columns.columns IS NOT NULL AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
ORDER BY c.reltuples DESC, 1
LIMIT 500
