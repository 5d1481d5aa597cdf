-- Rules that reports found disabled, and when last. A name is a JSON string.
CREATE TABLE automation_reports_memory_disabled (
  source TEXT NOT NULL,
  rule TEXT NOT NULL,
  seen_ms INTEGER NOT NULL,
  PRIMARY KEY (source, rule)
) STRICT;
