CREATE TABLE automation_reports_schema (version INTEGER NOT NULL) STRICT;
INSERT INTO automation_reports_schema (version) VALUES (1);

-- Times are epoch milliseconds, UTC.
CREATE TABLE automation_reports_passes (
  id TEXT PRIMARY KEY NOT NULL,
  origin TEXT NOT NULL,          -- a schedule's name, or adhoc
  slot_ms INTEGER,
  started_ms INTEGER NOT NULL,
  document TEXT NOT NULL         -- as `schema pass` describes it
) STRICT;
CREATE INDEX automation_reports_passes_started ON automation_reports_passes (started_ms);

CREATE TABLE automation_reports_reports (
  id TEXT PRIMARY KEY NOT NULL,
  pass_id TEXT NOT NULL,
  source TEXT NOT NULL,
  origin TEXT NOT NULL,
  generated_ms INTEGER NOT NULL,
  window_start_ms INTEGER NOT NULL,
  window_end_ms INTEGER NOT NULL,
  status TEXT NOT NULL,
  document TEXT NOT NULL         -- as `schema report` describes it
) STRICT;
CREATE INDEX automation_reports_reports_generated ON automation_reports_reports (generated_ms);
CREATE INDEX automation_reports_reports_source ON automation_reports_reports (source, generated_ms);

CREATE TABLE automation_reports_slots (
  schedule TEXT NOT NULL,
  slot_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  holder TEXT,
  attempts INTEGER NOT NULL,
  claimed_ms INTEGER,
  ended_ms INTEGER,
  lease_until_ms INTEGER,
  exit_code INTEGER,
  note TEXT,                     -- a JSON string
  pass_id TEXT,
  PRIMARY KEY (schedule, slot_ms)
) STRICT;
CREATE INDEX automation_reports_slots_slot ON automation_reports_slots (slot_ms);
