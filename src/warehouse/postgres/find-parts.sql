-- Where the rows of tables are that may be elsewhere than in themselves. oids is a JSON array.
-- The parts are looked up in pg_inherits, because pg_partition_tree would lock each of them.
-- parts: where a partition by range of time begins, and how many relations a statement locks that reads it; null: there are none.
-- far: on another PostgreSQL.
-- rows: of all parts, as in find-tables.sql; null where there are none.
-- indexes: those of the newest part, of a parent without indexes of its own; else null.
SELECT
  c.oid::int8::text AS oid,
  EXISTS (SELECT FROM pg_catalog.pg_foreign_table t JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver
    JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    WHERE t.ftrelid = c.oid AND w.fdwname = 'postgres_fdw') AS far,
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
  CASE WHEN p.newest IS NOT NULL THEN (
    WITH RECURSIVE tree(oid) AS (
      SELECT c.oid UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid)
    SELECT sum(CASE WHEN l.reltuples >= 0 THEN l.reltuples::float8 ELSE pg_catalog.pg_relation_size(l.oid) / 60.0 END)
    FROM tree JOIN pg_catalog.pg_class l ON l.oid = tree.oid AND l.relkind <> 'p') END AS rows,
  CASE WHEN p.newest IS NOT NULL AND NOT c.relhasindex THEN (
    SELECT coalesce(jsonb_agg((SELECT jsonb_agg(a.attname ORDER BY k.at)
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, at)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum)), '[]')
      FROM pg_catalog.pg_index x
      WHERE x.indrelid = p.newest AND x.indisvalid AND x.indpred IS NULL AND NOT 0 = ANY (x.indkey::int2[])) END AS indexes
FROM pg_catalog.pg_class c
CROSS JOIN LATERAL (SELECT max(i.inhrelid) AS newest FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) p
WHERE c.oid IN (SELECT value::oid FROM jsonb_array_elements_text(:oids::jsonb))
