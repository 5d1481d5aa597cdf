/** The first page: the verdict, what first, every CRM worst first, what they share, what was found. */
import { formatCount, formatHours, formatPlural } from "../../text/figures.ts";
import { Rate } from "../parts/figures.tsx";
import { Findings, Notices } from "../parts/findings.tsx";
import { Mark, toneOf, wordOf } from "../parts/mark.tsx";
import { HourStrip } from "../parts/strips.tsx";
import { Ago, Time, Until } from "../parts/time.tsx";
import type { CrmRow, OverviewView } from "../view.ts";

export function Overview({ view }: { view: OverviewView }) {
  return (
    <>
      <header class="verdict">
        <h1>
          <Mark of={view.verdict} large />
          {view.headline}
        </h1>
        {view.first !== null && (
          <p class="first">
            First: <a href={view.first.href}>{view.first.name}</a> {view.first.text}
          </p>
        )}
        <Basis view={view} />
      </header>
      <Notices notices={view.notices} />
      {view.rows.length > 0 && <Crms rows={view.rows} />}
      {view.causes.length > 0 && (
        <section>
          <h2>Shared causes</h2>
          <Findings rows={view.causes} withCrm />
        </section>
      )}
      {view.findings.length > 0 && (
        <section>
          <h2>
            Findings{" "}
            <span class="count">{formatCount(view.findings.length + view.moreFindings + view.findingsLeftOut)}</span>
          </h2>
          <Findings rows={view.findings} withCrm />
          {view.moreFindings > 0 && (
            <p class="dim">and {formatCount(view.moreFindings)} more on the pages of the CRMs</p>
          )}
          {view.findingsLeftOut > 0 && (
            <p class="dim">and {formatCount(view.findingsLeftOut)} more that the reports leave out</p>
          )}
        </section>
      )}
      {view.notes.length > 0 && (
        <details class="notes">
          <summary>{formatPlural(view.notes.length, "note")} that nobody need act on</summary>
          <Findings rows={view.notes} withCrm />
        </details>
      )}
    </>
  );
}

/** What the verdict rests on. */
function Basis({ view: { window, runs, failed, read, rows, next, permalink } }: { view: OverviewView }) {
  return (
    <p class="basis">
      {window !== null && (
        <>
          <span>
            {formatHours(window.hours)} to <Time at={window.end} />
          </span>
          <span>
            {formatPlural(runs, "run")}, {formatCount(failed)} failed
          </span>
          <span>
            {read === rows.length
              ? `${rows.length > 1 ? "all " : ""}${formatPlural(read, "CRM")} read`
              : `${read} of ${formatPlural(rows.length, "CRM")} read`}
          </span>
          <span>
            read <Ago at={window.madeAt} />
          </span>
        </>
      )}
      {next !== null && (
        <span>
          next report <Until at={next} />
        </span>
      )}
      {permalink !== null && (
        <span>
          <a href={permalink}>permalink</a>
        </span>
      )}
    </p>
  );
}

function Crms({ rows }: { rows: CrmRow[] }) {
  return (
    <div class="scroll">
      <table class="crms">
        <caption class="unseen">CRMs, those that need somebody first</caption>
        <thead>
          <tr>
            <th scope="col">CRM</th>
            <th scope="col" class="number">
              Success
            </th>
            <th scope="col">By the hour</th>
            <th scope="col" class="time">
              Last success
            </th>
            <th scope="col" class="time">
              Next due
            </th>
            <th scope="col">What first</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <CrmLine key={row.href} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CrmLine({ row }: { row: CrmRow }) {
  return (
    <tr data-tone={toneOf(row.standing)}>
      <th scope="row">
        <Mark of={row.standing} />
        <a href={row.href}>{row.name}</a>
      </th>
      <td class="number" data-label="Success">
        <Rate rate={row.rate} runs={row.runs} />
      </td>
      <td class="drawing">{row.strip !== null && <HourStrip strip={row.strip} />}</td>
      <td class="time" data-label="Last success">
        {row.lastSuccess === null ? <span class="dim">–</span> : <Ago at={row.lastSuccess} />}
      </td>
      <td class="time" data-label="Next due">
        {row.nextRun === null ? <span class="dim">–</span> : <Until at={row.nextRun} />}
      </td>
      <td class="fact">
        {row.fact === null ? (
          <span class="dim">{row.standing === "ok" ? "" : wordOf(row.standing)}</span>
        ) : row.factHref === null ? (
          row.fact
        ) : (
          <a href={row.factHref}>{row.fact}</a>
        )}
        {row.more > 0 && <span class="dim"> +{formatCount(row.more)} more</span>}
      </td>
    </tr>
  );
}
