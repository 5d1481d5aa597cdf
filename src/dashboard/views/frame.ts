/** What is around every page. */
import type { Standing } from "../../report/pass/attention.ts";
import { worstVerdict } from "../../report/rules/rule-states.ts";
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
    isOfNow: facts.events !== null && !("head" in content && content.head.outdated !== null),
    content,
  };
}

function verdictOf(content: PageView["content"]): Verdict {
  if (content.kind === "overview" || content.kind === "crm") return content.verdict;
  if (content.kind === "schedule") return worstVerdict(content.schedules.map(({ verdict }) => verdict));
  if (content.kind === "missing" && content.standing === "unread") return "critical";
  if (content.kind !== "rule") return "unknown";
  const { severity } = content.row;
  if (severity === "critical" || severity === "warning") return severity;
  return content.head.outdated === null ? "ok" : "unknown";
}

function nameTitle(content: PageView["content"], verdict: Verdict): string {
  const isJudged = content.kind === "missing" ? content.standing !== null : content.kind !== "reports";
  const mark = isJudged ? `${VERDICT_MARKS[verdict]} ` : "";
  return `${mark}${nameContent(content)} – automation-reports`;
}

function nameContent(content: PageView["content"]): string {
  if (content.kind === "crm") return content.head.crm;
  if (content.kind === "rule") return `${content.head.crm} ${content.name}`;
  if (content.kind === "overview" || content.kind === "missing") return content.headline;
  return content.kind === "schedule" ? "Schedule" : "Reports";
}
