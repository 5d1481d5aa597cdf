-- The keys of the objects in a column of JSON, as far as a few rows tell, and which of them hold more than a text or a number.
SELECT key, CASE WHEN bool_or(jsonb_typeof(value->key) IN ('object', 'array')) THEN 'jsonb' ELSE 'text' END AS type
FROM (SELECT {column}::jsonb AS value FROM {table} LIMIT 100) few
CROSS JOIN LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(value) = 'object' THEN value ELSE '{}' END) AS key
GROUP BY key
ORDER BY key
LIMIT 50
