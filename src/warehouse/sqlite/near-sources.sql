-- The CRM's name in other letters that has runs in the window. Placeholders: actions is a preset's relation, sources a query of
-- each crm_source; range bounds the start so that an index helps.
WITH RECURSIVE actions AS (
{actions}
),
sources(source, nth) AS (
{sources}
)
SELECT substr(source, 1, 100) AS source FROM sources
WHERE lower(trim(source)) = lower(trim(:crm)) AND source <> :crm
  AND EXISTS (SELECT 1 FROM actions WHERE {range} AND {start_ms} >= :from AND {start_ms} < :to)
LIMIT 3
