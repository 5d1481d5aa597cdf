-- What a look-back tells of each rule: newest is the runs that it found. What ended after the window was running at its end.
past AS MATERIALIZED (
  SELECT rule, id, started_ms, iif(ended_ms >= :to, 'running', meaning) AS meaning, brought, error,
    iif(ended_ms < :to, ended_ms, NULL) AS ended_ms,
    row_number() OVER (PARTITION BY rule ORDER BY started_ms DESC) AS nth
  FROM (SELECT *, iif(finished_ms >= started_ms AND finished_ms <= :latest_end, finished_ms, NULL) AS ended_ms FROM newest)
),
lookback AS NOT MATERIALIZED (
  SELECT rule,
    max(iif(meaning = 'success', coalesce(ended_ms, started_ms), NULL)) AS last_success,
    coalesce(avg(brought) FILTER (WHERE brought > 0 AND meaning = 'success' AND nth <= 1000),
      avg(brought) FILTER (WHERE brought > 0 AND meaning = 'success')) AS filled,
    count(*) FILTER (WHERE meaning = 'running' AND ended_ms IS NULL AND started_ms < :scan_from) AS stuck
  FROM past GROUP BY rule
)
