-- What each rule did in each clock hour; see ../hourly.ts. Null where r holds more than most runs, which is a placeholder.
-- A run that went on for 24 clock hours or more is left out: whoever reads the hour of its end may not see its start.
-- Where wrappers are told as runs, there are no others: of wrappers no hours are known.
iif((SELECT count(*) FROM r) > {most}, NULL, json_object(
    'cells', json((SELECT json_group_array(json_array(rule, state, hour, n, json(ms), json(records))) FROM (
      SELECT rule, state, settled_ms / 3600000 AS hour, count(*) AS n,
        json_group_array(CAST(round(d * 1000) AS INTEGER)) FILTER (WHERE d IS NOT NULL) AS ms,
        json_group_array(records_processed) FILTER (WHERE records_processed IS NOT NULL) AS records
      FROM r WHERE part <> 'baseline' AND state IN ('success', 'partial', 'failed')
        AND settled_ms / 3600000 - started_ms / 3600000 < 24 AND NOT (SELECT wrappers_only FROM lone)
      GROUP BY rule, state, hour))),
    'starts', json((SELECT json_group_array(json_array(rule, first, json(hours), json(counts))) FROM (
      SELECT rule, min(first) AS first, json_group_array(hour) AS hours, json_group_array(n) AS counts FROM (
        SELECT rule, started_ms / 3600000 AS hour, count(*) AS n, min(started_ms) AS first
        FROM r WHERE part <> 'baseline' AND state NOT IN ('dry_run', 'wrapper') AND NOT (SELECT wrappers_only FROM lone)
        GROUP BY rule, hour)
      GROUP BY rule)))))
