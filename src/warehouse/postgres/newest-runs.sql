-- Each rule's newest runs, the newest first; the errors of the newest failures, and of a newest run that is to be started again. Placeholders: chosen is which, most how many.
-- The rows come in the window's order.
(SELECT coalesce(json_agg(json_build_array(rule, id::text,
      floor(tstzrange_subdiff(started_at, 'epoch') * 1000)::int8,
      CASE WHEN ended_at < :to::timestamptz THEN floor(tstzrange_subdiff(ended_at, 'epoch') * 1000)::int8 END,
      {states}[state + 1], brought,
      CASE WHEN (state IN (1, 2) AND failures <= 5) OR (state = 4 AND ended_at IS NOT NULL AND nth = 1) THEN error END)), '[]') FROM (
    SELECT *, row_number() OVER newest_first AS nth, count(*) FILTER (WHERE state IN (1, 2)) OVER newest_first AS failures
    FROM r WHERE {chosen} AND state < 7 WINDOW newest_first AS (PARTITION BY rule ORDER BY settled_at DESC, id DESC ROWS UNBOUNDED PRECEDING)) n
    WHERE nth <= {most})
