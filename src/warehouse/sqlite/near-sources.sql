-- The CRM's name in other letters that has runs in the window. Placeholders: starts is a preset's relation, sources a query of
-- each crm_source; range bounds the start so that an index helps.
WITH RECURSIVE starts AS NOT MATERIALIZED (
{starts}
),
sources(source, nth) AS (
{sources}
)
SELECT substr(source, 1, 100) AS source FROM sources
WHERE source <> :crm AND {bare_source} = {bare_crm}
  AND EXISTS (SELECT 1 FROM starts WHERE {range} AND {start_ms} >= :from AND {start_ms} < :to)
LIMIT 3
