-- The runs of one rule that the windows and the newest rows do not tell of, where an index begins with CRM and rule.
-- It reads the rows that were added last or first, as `order` says: the index has them in that order. most: how many.
WITH actions AS (
{actions}
),
added AS MATERIALIZED (
  SELECT {runs}, {own} AS is_own FROM actions WHERE crm_source = :crm AND rule = :rule ORDER BY id {order} LIMIT :most
),
newest AS MATERIALIZED (
  SELECT rule, id, error, brought, started_ms, finished_ms, meaning FROM (
    SELECT *, row_number() OVER (ORDER BY started_ms DESC) AS nth,
      row_number() OVER (PARTITION BY meaning ORDER BY started_ms DESC) AS nth_alike
    FROM added WHERE is_own AND started_ms < :before)
  WHERE nth <= 20 OR (meaning = 'success' AND nth_alike = 1)
),
{past}
SELECT json_object('lookback', {lookback_rows}, 'is_sampled', json(iif((SELECT count(*) FROM added) >= :most, 'true', 'false'))) AS document
