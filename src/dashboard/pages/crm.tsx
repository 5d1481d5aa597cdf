/** One CRM: what needs somebody, how it went, every rule, every cause of failures. */
import { formatCount } from "../../text/figures.ts";
import { VolumeCharts } from "../parts/chart.tsx";
import { Facts } from "../parts/figures.tsx";
import { Findings, Notices } from "../parts/findings.tsx";
import { Mark } from "../parts/mark.tsx";
import { ReportLine } from "../parts/report-line.tsx";
import { Time } from "../parts/time.tsx";
import type { CrmView, ErrorRow } from "../view.ts";
import { RulesTable } from "./rules-table.tsx";

export function Crm({ view }: { view: CrmView }) {
  const urgent = view.findings.filter(({ severity }) => severity !== "info");
  const notes = view.findings.filter(({ severity }) => severity === "info");
  return (
    <>
      <header class="verdict">
        <h1>
          <Mark of={view.standing} large />
          {view.head.crm}
        </h1>
        <p class="first">{view.headline}</p>
        <ReportLine head={view.head} />
      </header>
      <Notices notices={view.head.notices} />
      {urgent.length > 0 && (
        <section>
          <h2>
            Findings <span class="count">{formatCount(urgent.length + view.findingsLeftOut)}</span>
          </h2>
          <Findings rows={urgent} withCrm={false} />
          {view.findingsLeftOut > 0 && (
            <p class="dim">and {formatCount(view.findingsLeftOut)} more that the report leaves out</p>
          )}
        </section>
      )}
      {view.standing !== "no-table" && <Figures view={view} />}
      {notes.length > 0 && (
        <section>
          <h2>Notes</h2>
          <Findings rows={notes} withCrm={false} />
        </section>
      )}
    </>
  );
}

/** Without a table to read there are none. */
function Figures({ view }: { view: CrmView }) {
  return (
    <>
      <section>
        <div class="heading">
          <h2>Over time</h2>
          <nav class="choice" aria-label="How far back">
            {view.ranges.map(({ name, href, isCurrent }) => (
              <a key={name} href={href} aria-current={isCurrent ? "true" : undefined}>
                {name.replace("h", " h").replace("d", " d")}
              </a>
            ))}
          </nav>
        </div>
        <VolumeCharts volume={view.volume} durations={view.durations} />
      </section>
      <RulesTable rules={view.rules} query={view.query} leftOut={view.rulesLeftOut} />
      {view.errors.length > 0 && <Errors errors={view.errors} />}
      {view.contradictions.length > 0 && <Contradictions view={view} />}
      <section>
        <h2>In figures</h2>
        <Facts facts={view.facts} />
      </section>
    </>
  );
}

function Errors({ errors }: { errors: ErrorRow[] }) {
  return (
    <section>
      <h2>
        Errors by cause <span class="count">{formatCount(errors.length)}</span>
      </h2>
      <div class="scroll">
        <table class="errors">
          <thead>
            <tr>
              <th scope="col" class="number">
                Times
              </th>
              <th scope="col">Message</th>
              <th scope="col">Rules</th>
              <th scope="col">First</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {errors.map((error) => (
              <tr key={error.fingerprint} id={`error-${error.fingerprint}`}>
                <td class="number" data-label="Times">
                  {formatCount(error.count)}
                </td>
                <td class="fact">
                  <code>{error.example}</code>{" "}
                  <span class="dim">
                    {error.family === "other" ? "" : `${error.family}, `}
                    {error.isNew ? <b class="new">new</b> : "known"}
                  </span>
                </td>
                <td>
                  {error.rules.map(({ name, href }, index) => (
                    <span key={href}>
                      {index > 0 && ", "}
                      <a href={href}>{name}</a>
                    </span>
                  ))}
                </td>
                <td class="time" data-label="First">
                  <Time at={error.first} />
                </td>
                <td class="time" data-label="Last">
                  <Time at={error.last} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Contradictions({ view }: { view: CrmView }) {
  return (
    <section>
      <h2>Rows that mislead</h2>
      <ul class="plain">
        {view.contradictions.map(({ count, text, rules, rows }) => (
          <li key={text}>
            {formatCount(count)} × {text}
            <span class="dim">
              {rules === "" ? "" : ` · ${rules}`}
              {rows === "" ? "" : ` · row ${rows}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
