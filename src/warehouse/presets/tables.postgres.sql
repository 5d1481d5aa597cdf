-- Tables of the automation preset for PostgreSQL 14 or newer: one row per run in automation_actions, one per rule
-- in automation_rules. Only the reader's SELECT is needed by automation-reports.
CREATE TABLE automation_rules (
  crm_source text NOT NULL,
  name text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  automation_level text CHECK (automation_level IN ('manual', 'semi_automatic', 'fully_automatic')),
  strategy text,
  priority text,
  schedule text,
  PRIMARY KEY (crm_source, name)
);

CREATE TABLE automation_actions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  crm_source text NOT NULL,
  rule text NOT NULL,
  status text NOT NULL, -- success, partial, failed, running, skipped
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  records_processed bigint, -- null: not known
  records_created bigint,
  records_updated bigint,
  records_failed bigint,
  error text,
  dry_run boolean NOT NULL DEFAULT false, -- a rehearsal: counted beside
  wrapper boolean NOT NULL DEFAULT false  -- its parts have rows of their own: counted beside
);

CREATE INDEX automation_actions_crm_source_started_at ON automation_actions (crm_source, started_at);
