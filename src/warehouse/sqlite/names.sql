-- The names of a CRM's rules, in hops along an index that begins with CRM and rule. Each as it is, and as
-- the report shows it. Placeholders: actions is a preset's relation.
WITH RECURSIVE actions AS (
{actions}
),
names(rule, nth) AS (
  SELECT (SELECT rule FROM actions WHERE crm_source = :crm ORDER BY rule LIMIT 1), 1
  UNION ALL
  SELECT (SELECT rule FROM actions WHERE crm_source = :crm AND rule > n.rule ORDER BY rule LIMIT 1), nth + 1
  FROM names n WHERE n.rule IS NOT NULL AND nth <= :most
)
SELECT rule, {rule_name} AS shown FROM names WHERE rule IS NOT NULL
