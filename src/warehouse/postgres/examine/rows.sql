-- What the rows say about themselves, where an index on the start or a small table makes it cheap.
-- newest_from: from when on the newest row is looked for. Placeholder: actions is a preset's relation.
WITH actions AS NOT MATERIALIZED (
{actions}
)
SELECT
  (SELECT date_part('epoch', min(started_at)) * 1000 FROM actions
    WHERE started_at >= '0001-01-01' AND started_at < '9999-01-01') AS oldest_ms,
  (SELECT date_part('epoch', max(started_at)) * 1000 FROM actions
    WHERE crm_source = :crm::text AND started_at > :newest_from::timestamptz AND started_at < '9999-01-01') AS newest_ms,
  (SELECT coalesce(jsonb_agg(DISTINCT left(crm_source, 100)), '[]') FROM actions
    WHERE started_at > :week_ago::timestamptz AND started_at < :now::timestamptz AND crm_source IS NOT NULL) AS sources,
  (SELECT count(*)::int FROM actions
    WHERE started_at > :week_ago::timestamptz AND started_at < :now::timestamptz AND coalesce(crm_source, '') !~ '\S') AS nameless
