-- How often a process ended without ending the slot.
ALTER TABLE automation_reports_slots ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
-- The attempt at the slot that made the pass. No attempt keeps two passes.
ALTER TABLE automation_reports_passes ADD COLUMN attempt INTEGER;
CREATE UNIQUE INDEX automation_reports_passes_attempt ON automation_reports_passes (origin, slot_ms, attempt);
