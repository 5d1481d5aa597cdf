-- How the newest rows of the table spell their times. Placeholders: actions is a preset's relation, starts the same without
-- what must be computed; start_ms and finish_ms are a start and an end in the spellings that are asked for. excluded: rule names as a JSON array.
-- Ids that are no numbers are in no order: then a rule has newer rows where none can be read.
-- unreadable: rule, rows whose start cannot be read, how many of them are newer than each that can, three ids, the newest start.
WITH actions AS (
{actions}
),
starts AS NOT MATERIALIZED (
{starts}
),
newest AS MATERIALIZED (
  SELECT id, rule, started_at, finished_at IS NOT NULL OR status IN ('success', 'partial', 'failed') AS has_ended, {start_ms} AS started_ms,
    ({start_ms} IS NULL AND started_at IS NOT NULL) OR ({finish_ms} IS NULL AND trim(finished_at) <> '') AS is_other
  FROM actions
  WHERE id > (SELECT max(id) FROM starts) - 10000 AND crm_source = :crm
    AND coalesce(rule, '') NOT IN (SELECT value FROM json_each(:excluded))
),
numbered AS MATERIALIZED (
  SELECT rule, id, started_at, has_ended,
    CASE WHEN typeof(id) = 'integer' THEN id > coalesce(max(iif(started_ms IS NULL, NULL, id)) OVER of_rule, id - 1)
      ELSE count(started_ms) OVER of_rule = 0 END AS is_newer,
    started_ms, row_number() OVER (PARTITION BY rule, started_ms IS NULL ORDER BY id DESC) AS nth
  FROM newest WINDOW of_rule AS (PARTITION BY rule)
)
SELECT json_object(
  'lacks_zone', json('false'),
  'is_other', json(iif((SELECT max(is_other) FROM newest), 'true', 'false')),
  'is_readable', json(iif((SELECT count(started_ms) FROM newest) > 0
    OR EXISTS (SELECT 1 FROM starts WHERE crm_source = :crm AND {start_ms} IS NOT NULL), 'true', 'false')),
  'unreadable', json((SELECT json_group_array(json_array(rule, n, newer, json(ids), sample)) FROM (
    SELECT {rule_name} AS rule, count(*) AS n, sum(is_newer) AS newer,
      json_group_array(CAST(id AS TEXT) ORDER BY nth) FILTER (WHERE nth <= 3) AS ids,
      coalesce(max(substr(CAST(started_at AS TEXT), 1, 100)) FILTER (WHERE nth = 1), '') AS sample
    FROM numbered WHERE started_ms IS NULL AND (started_at IS NOT NULL OR has_ended) GROUP BY 1 ORDER BY n DESC, 1 LIMIT 100)))
) AS document
