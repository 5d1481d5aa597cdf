-- What tells the two shapes of sync_history apart: how the id is made.
SELECT
  attidentity <> '' AS identity,
  format_type(atttypid, atttypmod) AS type,
  coalesce(pg_get_expr(d.adbin, d.adrelid), '') LIKE 'nextval(%' AS serial
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = :table_oid::text::oid AND a.attname = 'id' AND NOT a.attisdropped
