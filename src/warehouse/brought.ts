/** How many records a run brought, in the SQL of both dialects: some writers call a run a success of which each record failed. */
export const BROUGHT = `CASE WHEN records_processed > 0 AND records_failed = records_processed
      AND coalesce(records_created, 0) = 0 AND coalesce(records_updated, 0) = 0 THEN 0
    ELSE records_processed END`;
