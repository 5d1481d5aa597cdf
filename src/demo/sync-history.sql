-- The tables of a sync-history warehouse as they are in SQLite, without what no report reads.
CREATE TABLE sync_history (
  id INTEGER PRIMARY KEY,
  crm_source TEXT NOT NULL,
  sync_type TEXT NOT NULL,
  start_time TEXT NOT NULL,
  end_time TEXT,
  status TEXT NOT NULL,
  records_processed INTEGER NOT NULL DEFAULT 0,
  records_created INTEGER NOT NULL DEFAULT 0,
  records_updated INTEGER NOT NULL DEFAULT 0,
  records_failed INTEGER NOT NULL DEFAULT 0,
  error_message TEXT,
  configuration TEXT NOT NULL DEFAULT '{}'
);

CREATE INDEX sync_history_crm_source_start_time ON sync_history (crm_source, start_time);

CREATE TABLE sync_schedule (
  id INTEGER PRIMARY KEY,
  source_key TEXT NOT NULL,
  name TEXT NOT NULL,
  recurrence_type TEXT NOT NULL,
  every INTEGER,
  period TEXT,
  minute TEXT,
  hour TEXT,
  day_of_week TEXT,
  day_of_month TEXT,
  month_of_year TEXT,
  start_at TEXT,
  end_at TEXT,
  enabled INTEGER NOT NULL,
  crm_source TEXT NOT NULL,
  model_name TEXT NOT NULL
);
