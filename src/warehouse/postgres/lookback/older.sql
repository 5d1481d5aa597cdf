-- The runs of rules that have none in the windows and the newest rows, where an index begins with CRM and rule.
-- It hops from name to name, and reads the rows of each missing one in the index's order, which is that of the table: the
-- newest at its end, but for space that was used again. rows_read is divided among them; sampled names those with more rows.
names(rule, nth) AS (
  (SELECT rule, 1 FROM actions WHERE crm_source = :crm::text ORDER BY rule LIMIT 1)
  UNION ALL
  SELECT (SELECT a.rule FROM actions a WHERE a.crm_source = :crm::text AND a.rule > n.rule ORDER BY a.rule LIMIT 1), nth + 1
  FROM names n WHERE n.rule IS NOT NULL AND nth <= :most_names::int
),
missing AS MATERIALIZED (
  SELECT rule FROM names n
  WHERE rule IS NOT NULL AND (:excluded::jsonb IS NULL OR NOT :excluded::jsonb ? rule)
    AND NOT EXISTS (SELECT FROM cells c WHERE c.rule = n.rule COLLATE "C" AND c.state <> 7 AND c.part < 2)
    AND NOT EXISTS (SELECT FROM near_runs r WHERE r.rule = n.rule AND NOT r.dry_run)
),
share AS MATERIALIZED (SELECT greatest(20, :most_rows::int / greatest(1, count(*))) AS most FROM missing),
ranked AS MATERIALIZED (
  SELECT o.*, count(*) OVER (PARTITION BY o.rule) AS n,
    row_number() OVER (PARTITION BY o.rule ORDER BY o.started_at DESC) AS nth,
    row_number() OVER (PARTITION BY o.rule, o.meaning ORDER BY o.started_at DESC) AS nth_alike
  FROM missing m CROSS JOIN LATERAL (
    SELECT {runs} FROM actions a
    WHERE (a.crm_source, a.rule) >= (:crm::text, m.rule) AND (a.crm_source, a.rule) <= (:crm::text, m.rule)
    ORDER BY a.crm_source DESC, a.rule DESC LIMIT (SELECT most FROM share)) o
  WHERE o.started_at < (SELECT known_since FROM reach)
),
-- What rules brought at first whose newest runs bring nothing: the oldest rows are at the index's begin.
at_first AS MATERIALIZED (
  SELECT e.rule, avg(o.brought)::float8 AS filled
  FROM (
    SELECT n.rule FROM names n JOIN emptied ON emptied.rule = n.rule COLLATE "C" WHERE usual IS NULL AND NOT EXISTS (
      SELECT FROM near_runs r WHERE r.rule = n.rule AND r.brought > 0 AND r.meaning = 'success')
    LIMIT :most_names::int) e
  CROSS JOIN LATERAL (
    SELECT {runs} FROM actions a
    WHERE (a.crm_source, a.rule) >= (:crm::text, e.rule) AND (a.crm_source, a.rule) <= (:crm::text, e.rule)
    ORDER BY a.crm_source, a.rule LIMIT 20) o
  WHERE o.brought > 0 AND o.meaning = 'success' AND NOT o.dry_run AND o.started_at < :before::timestamptz
  GROUP BY e.rule
),
older_runs AS NOT MATERIALIZED (
  SELECT {columns} FROM ranked WHERE nth <= 20 OR (meaning = 'success' AND nth_alike = 1)
),
sampled AS NOT MATERIALIZED (
  SELECT DISTINCT rule FROM ranked WHERE n >= (SELECT most FROM share) AND NOT is_wrapper
),
known AS NOT MATERIALIZED (
  SELECT CASE WHEN (SELECT count(*) FROM names) > :most_names::int THEN known_since ELSE 'epoch' END AS known_since FROM reach
),
