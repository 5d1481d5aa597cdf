-- What a list says of a report. NULL: it was kept by an older program.
ALTER TABLE automation_reports_reports ADD COLUMN verdict TEXT;
ALTER TABLE automation_reports_reports ADD COLUMN successful INTEGER;
ALTER TABLE automation_reports_reports ADD COLUMN total INTEGER;
ALTER TABLE automation_reports_reports ADD COLUMN critical INTEGER;
CREATE INDEX automation_reports_reports_pass ON automation_reports_reports (pass_id);
