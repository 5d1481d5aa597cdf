-- Weeks of the memory whose days are all known, added up. Counted since the epoch, seven days each; a report can do without.
CREATE TABLE automation_reports_memory_weeks (
  source TEXT NOT NULL,
  week INTEGER NOT NULL,
  stamp INTEGER NOT NULL,        -- a hash of the sums: they are as they were written
  sums BLOB NOT NULL,            -- packed
  PRIMARY KEY (source, week)
) STRICT;
