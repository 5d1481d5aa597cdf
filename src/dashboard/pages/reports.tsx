/** Kept reports, newest first, each with its permalink. */
import { formatCount, formatHours } from "../../text/figures.ts";
import { Rate } from "../parts/figures.tsx";
import { Mark } from "../parts/mark.tsx";
import { isAlive, useFrame } from "../parts/state.ts";
import { Time } from "../parts/time.tsx";
import { RANGES, type ReportsView } from "../view.ts";

export function Reports({ view }: { view: ReportsView }) {
  const { rows, more, aheadUntil } = view;
  return (
    <>
      <header class="verdict">
        <h1>Reports</h1>
      </header>
      <Filter view={view} />
      {rows.length === 0 ? (
        <p class="dim">No such report is kept.</p>
      ) : (
        <div class="scroll">
          <table class="kept">
            <caption class="unseen">Kept reports, newest first</caption>
            <thead>
              <tr>
                <th scope="col">Window</th>
                <th scope="col">CRM</th>
                <th scope="col">Verdict</th>
                <th scope="col" class="number">
                  Success
                </th>
                <th scope="col" class="number">
                  Critical
                </th>
                <th scope="col">Made by</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.href}>
                  <td class="time">
                    <a href={row.href}>
                      {formatHours(row.windowHours)} to <Time at={row.windowEnd} />
                    </a>
                  </td>
                  <td>{row.crm}</td>
                  <td>
                    {row.verdict !== null && (
                      <>
                        <Mark of={row.verdict} />
                        {row.verdict}
                      </>
                    )}
                  </td>
                  <td class="number" data-label="Success">
                    <Rate rate={row.rate} runs={row.runs} />
                  </td>
                  <td class={`number ${row.critical === 0 ? "dim" : ""}`} data-label="Critical">
                    {row.critical === null ? "–" : formatCount(row.critical)}
                  </td>
                  <td>{row.passHref === null ? row.origin : <a href={row.passHref}>{row.origin}</a>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {aheadUntil !== null && (
        <p class="dim">
          Reports of after now, up to <Time at={aheadUntil} />, are left out: a clock was ahead
        </p>
      )}
      {more > 0 && <p class="dim">and {formatCount(more)} more: choose a CRM or a shorter time</p>}
    </>
  );
}

function Filter({ view: { query, crms } }: { view: ReportsView }) {
  const { place } = useFrame();
  if (place === "site") return null;
  return (
    <form class="filter" method="get" role="search">
      <label>
        <span class="unseen">CRM</span>
        <select name="crm" onChange={(event) => isAlive.value && event.currentTarget.form?.submit()}>
          <option value="">every CRM</option>
          {crms.map((crm) => (
            <option key={crm} value={crm} selected={crm === query.crm}>
              {crm}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="unseen">How far back</span>
        <select name="range" onChange={(event) => isAlive.value && event.currentTarget.form?.submit()}>
          {RANGES.map((range) => (
            <option key={range} value={range} selected={range === query.range}>
              {range.replace("h", " h").replace("d", " d")}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="unseen">Verdict</span>
        <select name="verdict" onChange={(event) => isAlive.value && event.currentTarget.form?.submit()}>
          {["", "critical", "warning", "ok", "unknown"].map((verdict) => (
            <option key={verdict} value={verdict} selected={verdict === query.verdict}>
              {verdict === "" ? "every verdict" : verdict}
            </option>
          ))}
        </select>
      </label>
      {!isAlive.value && <button type="submit">Show</button>}
    </form>
  );
}
