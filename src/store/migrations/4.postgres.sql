-- What is known of each CRM's past, one row for each UTC day. Days are counted since the epoch.
CREATE TABLE automation_reports_memory_days (
  source TEXT NOT NULL,
  day BIGINT NOT NULL,
  hours INTEGER NOT NULL,        -- bit h stands for hour h: it is known
  cells BYTEA NOT NULL,          -- packed
  PRIMARY KEY (source, day)
);
CREATE INDEX automation_reports_memory_days_day ON automation_reports_memory_days (day);

-- Every rule that was ever seen, with its newest runs; and why its past is not read back any further.
CREATE TABLE automation_reports_memory_rules (
  source TEXT PRIMARY KEY,
  rules BYTEA NOT NULL,           -- packed
  stopped_ms BIGINT,
  stopped TEXT                   -- a JSON string
);

-- Hours that are left out of the past, by the operator's word.
CREATE TABLE automation_reports_memory_ignored (
  source TEXT NOT NULL,
  from_hour BIGINT NOT NULL,
  to_hour BIGINT NOT NULL,
  PRIMARY KEY (source, from_hour, to_hour)
);

-- Rules that are over, by the operator's word. A name is a JSON string.
CREATE TABLE automation_reports_memory_retired (
  source TEXT NOT NULL,
  rule TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  PRIMARY KEY (source, rule)
);
