/** Passes that were made before, as saved documents tell them. */
import type { PassDocument, PassSummary } from "./pass-schema.ts";
import { worstVerdict } from "../rules/rule-states.ts";
import type { Report } from "./schema.ts";
import { SCHEMA_VERSION } from "../words.ts";

export type SavedPass = { pass: PassSummary; reports: Report[] };

/** What reports of one pass tell about it. The CRMs that could not be read and the pass's own findings stay unknown. */
export function inferPass(reports: [Report, ...Report[]]): PassSummary {
  const [{ metadata }] = reports;
  return {
    schema_version: SCHEMA_VERSION,
    pass_id: metadata.pass_id,
    started_at: metadata.report_generated_at,
    window: { start: metadata.window_start, end: metadata.window_end },
    verdict: worstVerdict(reports.map(({ verdict }) => verdict)),
    outcomes: reports.map(({ metadata: { source, query_seconds: seconds, status, note }, verdict }) => ({
      source,
      status: status === "fallback" ? "failed" : "made",
      verdict,
      reason: status === "fallback" ? note : null,
      seconds,
    })),
    findings: [],
  };
}

/** The passes of saved documents, in their order; the single reports of one pass together. What is there twice is told once. */
export function groupPasses(documents: (PassDocument | Report)[]): SavedPass[] {
  const whole = firstOfEach(
    documents.flatMap((document) => ("reports" in document ? [document] : [])),
    ({ pass_id: id, outcomes }) => [id, ...outcomes.map(({ source }) => source)].join(" "),
  ).map(({ reports, ...pass }): SavedPass => ({ pass, reports }));
  const told = new Set(whole.flatMap(({ reports }) => reports.map(nameReport)));
  const alone = firstOfEach(
    documents.flatMap((document) => ("reports" in document ? [] : [document])),
    nameReport,
  ).filter((report) => !told.has(nameReport(report)));
  const byPass = Map.groupBy(alone, ({ metadata }) => metadata.pass_id);
  const inferred = [...byPass.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const reports: [Report, ...Report[]] = [first, ...others];
    return [{ pass: inferPass(reports), reports }];
  });
  return [...whole, ...inferred];
}

function nameReport({ metadata }: Report): string {
  return `${metadata.pass_id} ${metadata.source}`;
}

function firstOfEach<T>(all: T[], nameOf: (one: T) => string): T[] {
  return [...Map.groupBy(all, nameOf).values()].flatMap(([first]) => first ?? []);
}

/** Several passes as one: the first one's time and window, and what became of the CRMs of all of them. */
export function joinPasses(passes: SavedPass[]): SavedPass {
  const [first, ...others] = passes;
  if (first === undefined) throw new Error("there is no pass to join");
  if (others.length === 0) return first;
  const summaries = passes.map(({ pass }) => pass);
  return {
    pass: {
      ...first.pass,
      verdict: worstVerdict(summaries.map(({ verdict }) => verdict)),
      outcomes: summaries.flatMap(({ outcomes }) => outcomes),
      findings: summaries.flatMap(({ findings }) => findings),
    },
    reports: passes.flatMap(({ reports }) => reports),
  };
}
