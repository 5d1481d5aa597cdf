-- Tables of the automation preset for SQLite: one row per run in automation_actions, one per rule in automation_rules.
-- Times are UTC text such as 2026-07-10T21:00:00Z or 2026-07-10T21:00:00.250Z. Keep the file in the default journal
-- mode (DELETE): a file in WAL mode cannot be read by a user who may not write beside it.
CREATE TABLE automation_rules (
  crm_source TEXT NOT NULL,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1,
  automation_level TEXT CHECK (automation_level IN ('manual', 'semi_automatic', 'fully_automatic')),
  strategy TEXT,
  priority TEXT,
  schedule TEXT,
  PRIMARY KEY (crm_source, name)
);

CREATE TABLE automation_actions (
  id INTEGER PRIMARY KEY,
  crm_source TEXT NOT NULL,
  rule TEXT NOT NULL,
  status TEXT NOT NULL, -- success, partial, failed, running, skipped
  started_at TEXT NOT NULL CHECK (started_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'),
  finished_at TEXT CHECK (finished_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'),
  records_processed INTEGER, -- null: not known
  records_created INTEGER,
  records_updated INTEGER,
  records_failed INTEGER,
  error TEXT,
  dry_run INTEGER NOT NULL DEFAULT 0, -- a rehearsal: counted beside
  wrapper INTEGER NOT NULL DEFAULT 0  -- its parts have rows of their own: counted beside
);

CREATE INDEX automation_actions_crm_source_started_at ON automation_actions (crm_source, started_at);
