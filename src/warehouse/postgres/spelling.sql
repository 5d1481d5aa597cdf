-- Starts of the newest rows that are in no form that is read, or missing in a run that has ended. Placeholders: spelled is the table
-- with each start as it is written and as it is read, zoned is ZONED of casts.ts.
-- Ids that are no numbers are in no order: then a rule has newer rows where none can be read.
-- lacks_zone: among the newest 100 rows is a start or an end that names no zone, and is no number of seconds since 1970.
-- unreadable: rule, rows whose start cannot be read, how many of them are newer than each that can, three ids, the newest start.
WITH newest AS MATERIALIZED (
  SELECT id, rule, written, written_end, started_at, row_number() OVER (ORDER BY id DESC) AS nth FROM (
    SELECT * FROM ({spelled}) s ORDER BY id DESC LIMIT 10000) n
  WHERE crm_source = :crm::text AND (:excluded::jsonb IS NULL OR NOT :excluded::jsonb ? rule)
),
readable AS MATERIALIZED (
  SELECT rule, min(nth) AS nth FROM newest WHERE started_at IS NOT NULL GROUP BY rule
)
SELECT json_build_object(
  'is_other', false,
  'lacks_zone', EXISTS (SELECT FROM newest CROSS JOIN LATERAL (VALUES (btrim(written)), (btrim(written_end))) AS v(t)
    WHERE nth <= 100 AND started_at IS NOT NULL AND t ~ '\d' AND t !~ '{zoned}'),
  'is_readable', EXISTS (SELECT FROM readable),
  'unreadable', (SELECT coalesce(json_agg(json_build_array(rule, n, newer, ids, sample) ORDER BY n DESC, rule), '[]') FROM (
    SELECT {rule_name} AS rule, count(*) AS n, count(*) FILTER (WHERE r.nth IS NULL OR (s.nth < r.nth AND s.id::text ~ '^\d+$')) AS newer,
      (array_agg(id::text ORDER BY s.nth))[1:3] AS ids, coalesce((array_agg(left(written, 100) ORDER BY s.nth))[1], '') AS sample
    FROM newest s LEFT JOIN readable r USING (rule)
    WHERE started_at IS NULL AND (written ~ '\S' OR written_end ~ '\S') GROUP BY 1 ORDER BY n DESC, 1 LIMIT 100) u)
)::text AS document
