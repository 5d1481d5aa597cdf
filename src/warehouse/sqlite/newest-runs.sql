-- Each rule's newest runs, the newest first; the errors of the newest failures, and of a newest run that is to be started again. Placeholders: chosen is which, most how many.
-- What is sorted are few columns, because each is copied.
json((SELECT json_group_array(json_array(rule, CAST(id AS TEXT), started_ms, ended_ms, state, brought,
      iif((state IN ('partial', 'failed') AND failures <= 5) OR (state = 'pending' AND ended_ms IS NOT NULL AND nth = 1), error, NULL))) FROM (
    SELECT * FROM (
      SELECT rule, id, started_ms, ended_ms, state, brought, error,
        row_number() OVER newest_first AS nth, count(*) FILTER (WHERE state IN ('partial', 'failed')) OVER newest_first AS failures
      FROM r WHERE {chosen} AND state NOT IN ('dry_run', 'wrapper')
      WINDOW newest_first AS (PARTITION BY rule ORDER BY settled_ms DESC, id DESC))
    WHERE nth <= {most} ORDER BY rule, nth)))
