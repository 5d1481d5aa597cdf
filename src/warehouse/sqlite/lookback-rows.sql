json((SELECT json_group_array(json_array(
      {rule_name},
      json((SELECT json_group_array(json_array(CAST(id AS TEXT), started_ms, ended_ms, coalesce(meaning, 'unknown'), brought,
          iif(meaning IN ('failed', 'partial') AND nth <= 3, {cut_error}, NULL))) FROM (
        SELECT * FROM past n WHERE n.rule = lookback.rule AND nth <= 20 ORDER BY nth))),
      last_success, stuck,
      json((SELECT json_group_array(started_ms) FROM (
        SELECT * FROM (SELECT started_ms FROM past n
          WHERE n.rule = lookback.rule AND started_ms <= :week_before ORDER BY started_ms DESC LIMIT 10)
        UNION ALL
        SELECT * FROM (SELECT started_ms FROM past n
          WHERE n.rule = lookback.rule AND started_ms <= :hour_and_week_before ORDER BY started_ms DESC LIMIT 2)))), filled)) FROM lookback))
