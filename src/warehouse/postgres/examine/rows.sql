-- What the rows say about themselves; only where an index on the start or a small table makes it cheap. The placeholder
-- stands for the relation actions of a preset. $1 crm_source.
WITH actions AS NOT MATERIALIZED (
{actions}
)
SELECT
  (SELECT date_part('epoch', min(started_at)) * 1000 FROM actions WHERE started_at > '-infinity') AS oldest_ms,
  (SELECT date_part('epoch', max(started_at)) * 1000 FROM actions
    WHERE crm_source = $1::text AND started_at > now() - interval '30 days' AND started_at < 'infinity') AS newest_ms,
  (SELECT coalesce(jsonb_agg(DISTINCT left(crm_source, 100)), '[]') FROM actions
    WHERE started_at > now() - interval '7 days' AND started_at < now()) AS sources
