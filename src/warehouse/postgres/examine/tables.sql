-- Every table or view of one of these names, wherever it is. names is a JSON array.
-- estimate of rows, pages and bytes are those of the table with all its partitions and children. estimate: null where none was analysed.
-- behind: what a view reads in the end, as far as the catalog says it, or the server of a foreign table.
-- pg_roles is not asked: some administrators let nobody read it.
-- policies: those that stand on the table, or on what a view reads, with whom they are for. hidden: they hold for this role; of
-- a view only the server knows it. readers: as whom tables with row security are read behind a view, but for their own owners. shows_all: they hide no row of the table from it.
SELECT
  c.oid::int8::text AS oid,
  n.nspname AS schema,
  c.relname AS name,
  c.relkind IN ('r', 'p', 'm') AS stored,
  has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AS readable,
  (SELECT coalesce(jsonb_agg(p), '[]') FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
    WHERE c.relkind IN ('r', 'p', 'v') AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, p)) AS writes,
  c.relkind AS kind,
  t.rows AS estimate, t.pages, t.bytes,
  CASE c.relkind
    WHEN 'v' THEN (
      WITH RECURSIVE reads(oid) AS (
        SELECT c.oid
        UNION
        SELECT d.refobjid FROM reads
        JOIN pg_class w ON w.oid = reads.oid AND w.relkind IN ('v', 'm')
        JOIN pg_rewrite r ON r.ev_class = w.oid
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid <> w.oid)
      SELECT coalesce(jsonb_agg(DISTINCT format('%I.%I', bn.nspname, b.relname)), '[]')
      FROM reads JOIN pg_class b ON b.oid = reads.oid AND b.relkind IN ('r', 'p', 'f')
      JOIN pg_namespace bn ON bn.oid = b.relnamespace)
    WHEN 'f' THEN (SELECT jsonb_build_array(srvname) FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver
      WHERE f.ftrelid = c.oid)
    ELSE '[]' END AS behind,
  (WITH RECURSIVE reads(oid) AS (
      SELECT c.oid
      UNION
      SELECT d.refobjid FROM reads
      JOIN pg_class w ON w.oid = reads.oid AND w.relkind = 'v'
      JOIN pg_rewrite r ON r.ev_class = w.oid
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass)
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'name', p.polname || CASE WHEN b.oid = c.oid THEN '' ELSE format(' on %I.%I', bn.nspname, b.relname) END,
        'roles', CASE WHEN p.polroles = '{0}' THEN '["PUBLIC"]'
      ELSE (SELECT jsonb_agg(pg_get_userbyid(r) ORDER BY pg_get_userbyid(r)) FROM unnest(p.polroles) r) END) ORDER BY p.polname, b.oid), '[]')
    FROM reads JOIN pg_class b ON b.oid = reads.oid JOIN pg_namespace bn ON bn.oid = b.relnamespace
    JOIN pg_policy p ON p.polrelid = b.oid) AS policies,
  (WITH RECURSIVE reads(oid, reader) AS (
      SELECT c.oid, NULL::oid
      UNION
      SELECT d.refobjid, CASE WHEN w.reloptions::text ~* 'security_invoker=(true|on|yes|1)' THEN reads.reader ELSE w.relowner END FROM reads
      JOIN pg_class w ON w.oid = reads.oid AND w.relkind = 'v'
      JOIN pg_rewrite r ON r.ev_class = w.oid
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
        AND d.refobjid <> w.oid)
    SELECT coalesce(jsonb_agg(DISTINCT coalesce(pg_get_userbyid(reads.reader), current_user)), '[]')
    FROM reads JOIN pg_class b ON b.oid = reads.oid
    WHERE b.relrowsecurity AND (b.relforcerowsecurity OR reads.reader IS NULL OR b.relowner <> reads.reader)) AS readers,
  (SELECT coalesce(bool_or(p.polpermissive AND shows.every), false) AND coalesce(bool_and(p.polpermissive OR shows.every), true)
    FROM pg_policy p CROSS JOIN LATERAL (SELECT pg_get_expr(p.polqual, p.polrelid) = 'true' AS every) shows
    WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r')
      AND (0 = ANY (p.polroles) OR EXISTS (SELECT FROM unnest(p.polroles) r WHERE pg_has_role(r, 'USAGE')))) AS shows_all,
  c.relrowsecurity AND row_security_active(c.oid) AS hidden,
  date_part('epoch', greatest(s.last_analyze, s.last_autoanalyze)) * 1000 AS analyzed_ms,
  s.n_mod_since_analyze / nullif(s.n_live_tup, 0)::float8 AS modified_share
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
CROSS JOIN LATERAL (
  WITH RECURSIVE tree(oid) AS (
    SELECT c.oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid)
  SELECT sum(p.reltuples) FILTER (WHERE p.reltuples >= 0 AND p.relkind NOT IN ('p', 'v'))::float8 AS rows, sum(p.relpages)::int AS pages,
    sum(pg_total_relation_size(p.oid))::float8 AS bytes
  FROM tree JOIN pg_class p USING (oid)) t
WHERE c.relname IN (SELECT jsonb_array_elements_text(:names::jsonb)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY n.nspname, c.relname
