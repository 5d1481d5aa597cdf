CREATE TABLE automation_reports_schema (version INTEGER NOT NULL);
INSERT INTO automation_reports_schema (version) VALUES (1);

-- Times are epoch milliseconds, UTC.
CREATE TABLE automation_reports_passes (
  id TEXT PRIMARY KEY,
  origin TEXT NOT NULL,          -- a schedule's name, or adhoc
  slot_ms BIGINT,
  started_ms BIGINT NOT NULL,
  document TEXT NOT NULL         -- as `schema pass` describes it
);
CREATE INDEX automation_reports_passes_started ON automation_reports_passes (started_ms);

CREATE TABLE automation_reports_reports (
  id TEXT PRIMARY KEY,
  pass_id TEXT NOT NULL,
  source TEXT NOT NULL,
  origin TEXT NOT NULL,
  generated_ms BIGINT NOT NULL,
  window_start_ms BIGINT NOT NULL,
  window_end_ms BIGINT NOT NULL,
  status TEXT NOT NULL,
  document TEXT NOT NULL         -- as `schema report` describes it
);
CREATE INDEX automation_reports_reports_generated ON automation_reports_reports (generated_ms);
CREATE INDEX automation_reports_reports_source ON automation_reports_reports (source, generated_ms);

CREATE TABLE automation_reports_slots (
  schedule TEXT NOT NULL,
  slot_ms BIGINT NOT NULL,
  state TEXT NOT NULL,
  holder TEXT,
  attempts INTEGER NOT NULL,
  claimed_ms BIGINT,
  ended_ms BIGINT,
  lease_until_ms BIGINT,
  exit_code INTEGER,
  note TEXT,                     -- a JSON string
  pass_id TEXT,
  PRIMARY KEY (schedule, slot_ms)
);
CREATE INDEX automation_reports_slots_slot ON automation_reports_slots (slot_ms);
