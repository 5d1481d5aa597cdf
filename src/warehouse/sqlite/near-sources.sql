-- The CRM's name in other letters that has runs in the window, and an empty one where runs have none. Placeholders: starts is a preset's relation, sources a query of
-- each crm_source; the ranges bound the start so that an index helps.
WITH RECURSIVE starts AS NOT MATERIALIZED (
{starts}
),
sources(source, nth) AS (
{sources}
)
SELECT * FROM (
  SELECT CAST(substr(source, 1, 100) AS TEXT) AS source FROM sources
  WHERE source <> :crm AND {bare_source} = {bare_crm}
    AND EXISTS (SELECT 1 FROM starts WHERE {range} AND {start_ms} >= :from AND {start_ms} < :to)
  LIMIT 3)
UNION ALL
SELECT '' WHERE EXISTS (SELECT 1 FROM starts
  WHERE {nameless_range} AND coalesce(crm_source, '') = '' AND {start_ms} >= :from AND {start_ms} < :to)
