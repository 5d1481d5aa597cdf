-- Every table or view of one of these names, with what decides how it may be read. names is a JSON array.
-- A parent without indexes of its own has those of its newest part.
-- The parts are looked up in pg_inherits, because pg_partition_tree would lock each of them.
-- parts: where a partition by range of time begins, and how many relations a statement locks that reads it.
-- far: on another PostgreSQL.
-- nullable: columns that may hold nothing, of a table that an index leads through in the order of its ids.
-- hops: an index leads from one crm_source to the next, in the order in which they are compared.
-- rows: as the planner knows them, or of what was never analysed as many as its size can hold; null where neither is known.
-- guessed: rows is what the size can hold.
-- visible: in a schema of the role's own search path, in whose order the rows come. The path of this statement is another one.
-- trusted: its owner is a superuser, or owns the schema or the database. Others were only allowed to create something there.
WITH own AS MATERIALIZED (
  SELECT coalesce(nullif(current_setting('automation_reports.schemas', true), '')::name[], current_schemas(false)) AS path
)
SELECT
  n.nspname AS schema,
  c.relname AS name,
  n.nspname = ANY (own.path) AS visible,
  pg_catalog.pg_get_userbyid(c.relowner) AS owner,
  pg_has_role(c.relowner, n.nspowner, 'USAGE') OR pg_has_role(c.relowner, 'pg_database_owner', 'USAGE') AS trusted,
  c.relkind IN ('v', 'f') AS opaque,
  EXISTS (SELECT FROM pg_catalog.pg_foreign_table t JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver
    JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    WHERE t.ftrelid = c.oid AND w.fdwname = 'postgres_fdw') AS far,
  (SELECT jsonb_object_agg(a.attname, CASE WHEN t.typtype = 'e' THEN 'enum' WHEN t.typname = 'citext' THEN 'citext'
      WHEN NOT (SELECT k.collisdeterministic FROM pg_catalog.pg_collation k WHERE k.oid = a.attcollation) THEN 'loose text'
      ELSE pg_catalog.format_type(t.oid, NULL) END)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type d ON d.oid = a.atttypid
    JOIN pg_catalog.pg_type t ON t.oid = CASE WHEN d.typtype = 'd' THEN d.typbasetype ELSE d.oid END
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS types,
  CASE WHEN c.relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_index x
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
      WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL AND a.attname = 'id')
    THEN (SELECT coalesce(jsonb_agg(a.attname), '[]') FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.attnotnull) ELSE '[]' END AS nullable,
  CASE
    WHEN c.relkind = 'p' THEN (
      SELECT jsonb_build_object(
        'starts', coalesce(jsonb_agg(bound[1]) FILTER (WHERE bound IS NOT NULL), '[]'),
        'locks', coalesce(max(1 + (SELECT count(*) FROM pg_catalog.pg_index x WHERE x.indrelid = l.oid)), 1))
      FROM (
        WITH RECURSIVE tree(oid) AS (
          SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid
          UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid)
        SELECT oid FROM tree) t
      JOIN pg_catalog.pg_class l ON l.oid = t.oid AND l.relkind <> 'p'
      CROSS JOIN LATERAL regexp_match(pg_catalog.pg_get_expr(l.relpartbound, l.oid), 'FROM \(''([^'']+)''\) TO') bound)
    WHEN p.newest IS NOT NULL THEN '{"starts": [], "locks": 1}'::jsonb
  END AS parts,
  p.newest IS NULL AND c.relkind IN ('r', 'm') AND c.reltuples < 0 AS guessed,
  CASE WHEN p.newest IS NULL THEN CASE
      WHEN c.reltuples >= 0 AND c.relkind <> 'v' THEN c.reltuples::float8
      WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_relation_size(c.oid) / 60.0 END ELSE (
    WITH RECURSIVE tree(oid) AS (
      SELECT c.oid UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid)
    SELECT sum(CASE WHEN l.reltuples >= 0 THEN l.reltuples::float8 ELSE pg_catalog.pg_relation_size(l.oid) / 60.0 END)
    FROM tree JOIN pg_catalog.pg_class l ON l.oid = tree.oid AND l.relkind <> 'p') END AS rows,
  (SELECT coalesce(jsonb_agg((SELECT jsonb_agg(a.attname ORDER BY k.at)
      FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, at)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum)), '[]')
    FROM pg_catalog.pg_index x
    WHERE x.indrelid = CASE WHEN c.relhasindex THEN c.oid ELSE coalesce(p.newest, c.oid) END
      AND x.indisvalid AND x.indpred IS NULL AND NOT 0 = ANY (x.indkey::int2[])) AS indexes,
  EXISTS (SELECT FROM pg_catalog.pg_index x
    JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] AND a.attname = 'crm_source'
    JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    JOIN pg_catalog.pg_am m ON m.oid = i.relam AND m.amname = 'btree'
    JOIN pg_catalog.pg_opclass o ON o.oid = x.indclass[0] AND o.opcdefault
    WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL AND x.indcollation[0] = a.attcollation
      AND a.atttypid IN ('pg_catalog.text'::regtype, 'pg_catalog.varchar'::regtype)) AS hops
FROM own
CROSS JOIN pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT max(i.inhrelid) AS newest FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) p
WHERE c.relname IN (SELECT jsonb_array_elements_text(:names::jsonb)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND c.relpersistence <> 't'
ORDER BY array_position(own.path, n.nspname), n.nspname
