/** Which report a page shows: its window, its age, its permalink, and the ones beside it. */
import { formatHours } from "../../text/figures.ts";
import type { ReportHead } from "../view.ts";
import { toneOf, wordOf } from "./mark.tsx";
import { Ago, Time } from "./time.tsx";

export function ReportLine({ head }: { head: ReportHead }) {
  return (
    <>
      <p class="basis">
        <span>
          {formatHours(head.windowHours)} to <Time at={head.windowEnd} />
        </span>
        <span>
          {head.outdated === null ? (
            <>
              read <Ago at={head.madeAt} />
            </>
          ) : (
            <>
              last read <Time at={head.madeAt} />
            </>
          )}
        </span>
        {head.isLatest ? (
          <span>
            <a href={head.permalink}>permalink of this report</a>
          </span>
        ) : (
          <span class="past">
            an earlier report; <a href={head.crmHref}>the newest</a>
          </span>
        )}
      </p>
      {head.reports.length > 1 && <Earlier head={head} />}
    </>
  );
}

/** Oldest first: one small mark for each kept report. */
function Earlier({ head }: { head: ReportHead }) {
  return (
    <nav class="earlier" aria-label="Kept reports, oldest first">
      <span class="dim">Reports</span>
      {head.reports.map(({ href, verdict, windowEnd, isCurrent }) => (
        <a
          key={href}
          href={href}
          class={verdict === null ? "dim" : toneOf(verdict)}
          aria-current={isCurrent ? "page" : undefined}
          title={`${verdict === null ? "kept by an older program" : wordOf(verdict)}, to ${windowEnd.slice(0, 16).replace("T", " ")} UTC`}
        >
          <span class="unseen">
            {verdict === null ? "" : wordOf(verdict)}, to <Time at={windowEnd} />
          </span>
        </a>
      ))}
    </nav>
  );
}
