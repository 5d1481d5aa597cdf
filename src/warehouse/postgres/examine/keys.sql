-- The keys of the objects in a column of JSON, as far as a few rows tell.
SELECT DISTINCT key
FROM (SELECT {column}::jsonb AS value FROM {table} LIMIT 100) few
CROSS JOIN LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(value) = 'object' THEN value ELSE '{}' END) AS key
ORDER BY key
LIMIT 50
