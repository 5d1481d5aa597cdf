/** The document of a pass, with one override where a test needs another fact. */
import type { PassDocument, PassSummary } from "../../src/report/document/pass-schema.ts";
import type { Report } from "../../src/report/document/schema.ts";

export function passDocument(override: Partial<PassSummary> = {}): PassSummary {
  return {
    schema_version: 2,
    pass_id: "0197f5c2-9d40-7a3e-8f51-2b9a1c7d4e60",
    started_at: "2026-07-10T21:00:00Z",
    window: { start: "2026-07-09T21:00:00Z", end: "2026-07-10T21:00:00Z" },
    verdict: "ok",
    outcomes: [],
    findings: [],
    ...override,
  };
}

export function madeOutcome({ metadata, verdict }: Report): PassSummary["outcomes"][number] {
  return { source: metadata.source, status: "made", verdict, reason: null, seconds: metadata.query_seconds };
}

export function failedOutcome(source: string, reason: string): PassSummary["outcomes"][number] {
  return { source, status: "failed", verdict: "unknown", reason, seconds: null };
}

/** The reports of a pass that was printed as JSON. */
export function reportsIn(stdout: string): Report[] {
  return readPass(stdout).reports;
}

/** A pass that was printed as JSON. */
export function readPass(stdout: string): PassDocument {
  return JSON.parse(stdout) as PassDocument;
}
