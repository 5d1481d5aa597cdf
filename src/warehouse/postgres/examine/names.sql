-- What a CRM's rows name, in its newest runs of 30 days at most. Placeholders: actions and rules are a preset's relations.
WITH actions AS NOT MATERIALIZED (
{actions}
),
rules AS NOT MATERIALIZED (
{rules}
),
newest AS MATERIALIZED (
  SELECT rule, status_word FROM actions
  WHERE crm_source = :crm::text AND started_at > :month_ago::timestamptz AND started_at < :now::timestamptz
  ORDER BY started_at DESC LIMIT :most::int
)
SELECT
  (SELECT count(*) FROM newest)::int AS looked_at,
  (SELECT coalesce(jsonb_agg(DISTINCT left(rule, 300)), '[]') FROM newest WHERE rule IS NOT NULL) AS runs,
  (SELECT coalesce(jsonb_agg(DISTINCT {word}), '[]') FROM newest
    WHERE status_word IS NOT NULL) AS words,
  (SELECT coalesce(jsonb_agg(DISTINCT left(name, 300)), '[]') FROM rules
    WHERE crm_source = :crm::text AND name IS NOT NULL) AS declared
