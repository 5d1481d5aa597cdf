-- Weeks of the memory whose days are all known, added up. Counted since the epoch, seven days each; a report can do without.
CREATE TABLE automation_reports_memory_weeks (
  source TEXT NOT NULL,
  week BIGINT NOT NULL,
  stamp BIGINT NOT NULL,         -- a hash of the sums: they are as they were written
  sums BYTEA NOT NULL,           -- packed
  PRIMARY KEY (source, week)
);
