-- Every table or view of one of these names, with what decides how it may be read. names is a JSON array.
-- Each look into another catalog costs its plan in every report: what few tables have is in find-parts.sql.
-- nullable: columns that may hold nothing.
-- indexes: the columns of each. hops: an index leads from one crm_source to the next, in the order in which they are compared;
-- 3126 is the operator class text_ops of a B-tree (pg_opclass.dat).
-- rows: as the planner knows them, or of what was never analysed as many as its size can hold; null where neither is known.
-- guessed: rows is what the size can hold.
-- visible: in a schema of the role's own search path, in whose order the rows come. The path of this statement is another one.
-- trusted: its owner is a superuser, or owns the schema or the database. Others were only allowed to create something there.
WITH own AS MATERIALIZED (
  SELECT coalesce(nullif(current_setting('automation_reports.schemas', true), '')::name[], current_schemas(false)) AS path
)
SELECT
  c.oid::int8::text AS oid,
  n.nspname AS schema,
  c.relname AS name,
  n.nspname = ANY (own.path) AS visible,
  pg_catalog.pg_get_userbyid(c.relowner) AS owner,
  pg_has_role(c.relowner, n.nspowner, 'USAGE') OR pg_has_role(c.relowner, 'pg_database_owner', 'USAGE') AS trusted,
  c.relkind IN ('v', 'f') AS opaque,
  c.relkind = 'r' AS plain,
  c.relkind IN ('p', 'f') OR c.relhassubclass AS spread,
  of_columns.types, of_columns.nullable,
  c.relkind IN ('r', 'm') AND c.reltuples < 0 AS guessed,
  CASE WHEN c.reltuples >= 0 AND c.relkind <> 'v' THEN c.reltuples::float8
    WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_relation_size(c.oid) / 60.0 END AS rows,
  of_indexes.indexes, of_indexes.hops
FROM own
CROSS JOIN pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT jsonb_object_agg(a.attname, CASE WHEN t.typtype = 'e' THEN 'enum' WHEN t.typname = 'citext' THEN 'citext'
      WHEN NOT (SELECT k.collisdeterministic FROM pg_catalog.pg_collation k WHERE k.oid = a.attcollation) THEN 'loose text'
      ELSE pg_catalog.format_type(t.oid, NULL) END) AS types,
    coalesce(jsonb_agg(a.attname) FILTER (WHERE NOT a.attnotnull), '[]') AS nullable
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type d ON d.oid = a.atttypid
  JOIN pg_catalog.pg_type t ON t.oid = CASE WHEN d.typtype = 'd' THEN (
    WITH RECURSIVE base AS (
      SELECT d.typbasetype AS oid
      UNION ALL SELECT b.typbasetype FROM base JOIN pg_catalog.pg_type b ON b.oid = base.oid AND b.typtype = 'd')
    SELECT oid FROM base JOIN pg_catalog.pg_type b USING (oid) WHERE b.typtype <> 'd') ELSE d.oid END
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) of_columns
CROSS JOIN LATERAL (
  SELECT coalesce(jsonb_agg(x.names), '[]') AS indexes, coalesce(bool_or(x.hops), false) AS hops
  FROM (
    SELECT jsonb_agg(a.attname ORDER BY k.at) AS names,
      bool_or(k.at = 1 AND a.attname = 'crm_source' AND x.indclass[0] = 3126 AND x.indcollation[0] = a.attcollation
        AND a.atttypid IN ('pg_catalog.text'::regtype, 'pg_catalog.varchar'::regtype)) AS hops
    FROM pg_catalog.pg_index x
    CROSS JOIN unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, at)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
    WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL AND NOT 0 = ANY (x.indkey::int2[])
    GROUP BY x.indexrelid) x) of_indexes
WHERE c.relname IN (SELECT jsonb_array_elements_text(:names::jsonb)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND c.relpersistence <> 't'
ORDER BY array_position(own.path, n.nspname), n.nspname
