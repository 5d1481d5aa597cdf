/** What is around every page. */
import type { Standing } from "../../report/attention.ts";
import type { Verdict } from "../../report/words.ts";
import { showText } from "../../text/terminal.ts";
import { VERDICT_MARKS } from "../../render/terminal/style.ts";
import type { Frame, Links, PageView, Route } from "../view.ts";

export type FrameFacts = {
  here: Route;
  crms: { name: string; standing: Standing }[];
  hasSchedules: boolean;
  nowMs: number;
  version: string;
  place: Frame["place"];
  events: string | null;
  signOut: string | null;
  iconOf: (verdict: Verdict) => string;
};

export function framePage(content: PageView["content"], facts: FrameFacts, links: Links): PageView {
  const { here, crms } = facts;
  const current = here.page === "crm" || here.page === "rule" ? here.crm : null;
  const verdict = verdictOf(content);
  return {
    title: nameTitle(content, verdict),
    current: here.page,
    version: facts.version,
    nowMs: facts.nowMs,
    place: facts.place,
    verdict,
    icon: facts.iconOf(verdict),
    signOut: facts.signOut,
    links: {
      overview: links({ page: "overview" }),
      schedule: facts.hasSchedules ? links({ page: "schedule" }) : null,
      reports: links({ page: "reports" }),
    },
    crms: crms.map(({ name, standing }) => ({
      name: showText(name),
      standing,
      href: links({ page: "crm", crm: name, report: null }),
      isCurrent: name === current,
    })),
    events: facts.events,
    content,
  };
}

function verdictOf(content: PageView["content"]): Verdict {
  switch (content.kind) {
    case "overview":
    case "crm":
      return content.verdict;
    case "rule":
      return content.row.severity === null || content.row.severity === "info" ? "ok" : content.row.severity;
    case "schedule":
      return content.schedules.every(({ isWell }) => isWell) ? "ok" : "warning";
    case "reports":
    case "missing":
      return "unknown";
  }
}

function nameTitle(content: PageView["content"], verdict: Verdict): string {
  const mark = VERDICT_MARKS[verdict];
  switch (content.kind) {
    case "overview":
      return `${mark} ${content.headline} – automation-reports`;
    case "crm":
      return `${mark} ${content.head.crm} – automation-reports`;
    case "rule":
      return `${mark} ${content.head.crm} ${content.name} – automation-reports`;
    case "schedule":
      return `${mark} Schedule – automation-reports`;
    case "reports":
      return "Reports – automation-reports";
    case "missing":
      return `${content.headline} – automation-reports`;
  }
}
