/** What several CRMs share, as far as it is about now. */
import type { PassSummary } from "../document/pass-schema.ts";
import type { Finding } from "../document/schema.ts";

/** `endMs`: of the window in which it was found. */
export type StandingCause = { cause: Finding; endMs: number };

/**
 * Of passes, newest first. Of an older one those alone that are about a report which is still the newest of its CRM. `madeBy`: by CRM
 * the pass that made its newest report.
 */
export function listCauses(passes: PassSummary[], madeBy: ReadonlyMap<string, string | undefined>): StandingCause[] {
  return passes.flatMap(({ pass_id: id, findings, window }, index) =>
    findings
      .filter((cause) => index === 0 || sourcesOf(cause).some((source) => madeBy.get(source) === id))
      .map((cause) => ({ cause, endMs: Date.parse(window.end) })),
  );
}

/** The CRMs that it names. */
export function sourcesOf({ evidence: { sources } }: Finding): string[] {
  return Array.isArray(sources) ? sources.map(String) : [];
}

/** What could not be read is told of each CRM. */
export function isOfFailures({ id }: Finding): boolean {
  return id !== "warehouse-unreachable";
}
