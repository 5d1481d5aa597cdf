-- r: the runs of placed.sql. lone: whether all that told.sql tells are wrappers.
lone AS MATERIALIZED (
  SELECT coalesce((SELECT wrappers_only FROM {told} LIMIT 1), TRUE) AS wrappers_only
),
r AS NOT MATERIALIZED (
  SELECT * FROM {placed}
)
