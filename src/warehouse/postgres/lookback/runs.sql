id, rule, started_at, finished_at, {brought} AS brought, error, dry_run,
    CASE WHEN finished_at >= :to::timestamptz AND finished_at <= :latest_end::timestamptz THEN 'running'
      WHEN :statuses::jsonb IS NULL THEN status
      ELSE coalesce(:statuses::jsonb ->> {word}, status) END AS meaning,
    CASE WHEN finished_at >= started_at AND finished_at < :to::timestamptz THEN finished_at END AS ended_at,
    CASE WHEN :wrappers::jsonb IS NULL THEN wrapper ELSE :wrappers::jsonb ? rule END AS is_wrapper
