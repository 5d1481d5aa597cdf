/** Which report a page is about, and those beside it. */
import type { Report } from "../../report/document/schema.ts";
import type { Verdict } from "../../report/words.ts";
import { formatInstant } from "../../text/figures.ts";
import { showText } from "../../text/terminal.ts";
import type { Links, Notice, ReportHead, Route } from "../view.ts";

/** A kept report, as lists name it. */
type KeptRow = { id: string; windowEndMs: number; generatedMs: number; verdict: Verdict | null };

export type ReportPlace = {
  report: Report;
  id: string;
  isLatest: boolean;
  /** The newest of this CRM, newest first. */
  kept: KeptRow[];
  /** What is to be said before anything of the report. */
  notices: Notice[];
  /** False: the page is about now, and the configuration has no such CRM any more, which is nobody's fault. */
  isConfigured: boolean;
  /** Why the report tells too little about now, in words; null: it is as new as it should be, or an earlier one. */
  outdated: string | null;
};

/** `rule`: the page is about that rule; null: about the CRM. */
export function viewHead(
  { report, id, isLatest, kept, notices, outdated }: ReportPlace,
  rule: string | null,
  links: Links,
): ReportHead {
  const { metadata } = report;
  const crm = metadata.source;
  const route = (reportId: string | null): Route =>
    rule === null ? { page: "crm", crm, report: reportId } : { page: "rule", crm, rule, report: reportId };
  return {
    crm: showText(crm),
    crmHref: links({ page: "crm", crm, report: isLatest ? null : id }),
    windowHours: metadata.time_window_hours,
    windowStart: metadata.window_start,
    windowEnd: metadata.window_end,
    madeAt: metadata.report_generated_at,
    isLatest,
    outdated,
    notices,
    permalink: links(route(id)),
    reports: kept.toReversed().map((row) => ({
      href: links(route(row.id)),
      verdict: row.verdict,
      windowEnd: formatInstant(row.windowEndMs),
      isCurrent: row.id === id,
    })),
  };
}
