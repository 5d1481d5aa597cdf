/** One rule: why it is in its condition, since when, what to do, and what it did. */
import { formatCount, formatDuration, formatPlural } from "../../text/figures.ts";
import { Facts, Rate } from "../parts/figures.tsx";
import { Notices } from "../parts/findings.tsx";
import { Mark, toneOf } from "../parts/mark.tsx";
import { ReportLine } from "../parts/report-line.tsx";
import { RunStrip, TickStrip } from "../parts/strips.tsx";
import { Since, Span, Time } from "../parts/time.tsx";
import type { Severity } from "../../report/words.ts";
import type { RuleView, RunRow } from "../view.ts";

export function Rule({ view }: { view: RuleView }) {
  const { row, head } = view;
  return (
    <>
      <header class="verdict">
        <p class="above">
          <a href={head.crmHref}>{head.crm}</a>
        </p>
        <h1>
          <Mark of={markOf(view)} large />
          {view.name} <span class="condition">{row.condition}</span>
        </h1>
        <p class="first">
          {row.text}
          {row.since !== null && (
            <>
              {" · "}
              <Since at={row.since} />
            </>
          )}
        </p>
        {head.outdated !== null && <p class="outdated">{head.outdated}</p>}
        <ReportLine head={head} />
      </header>
      <Notices notices={head.notices} />
      {view.advice.length > 0 && (
        <section>
          <h2>What to do</h2>
          {view.advice.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </section>
      )}
      <section>
        <h2>Newest runs</h2>
        <p class="drawn">
          {row.marks !== null && <RunStrip marks={row.marks} />} <Rate rate={row.rate} runs={row.runs} />
        </p>
        <Runs runs={view.runs} />
        {view.errorsNote !== null && <p class="dim">{view.errorsNote}.</p>}
      </section>
      <Due view={view} />
      {view.around.length > 0 && (
        <section>
          <h2>What else changed then</h2>
          <ul class="plain">
            {view.around.map(({ crm, rule, href, condition, since }) => (
              <li key={`${crm} ${rule}`}>
                {href === null ? `${crm} ${rule}` : <a href={href}>{`${crm} ${rule}`}</a>}: {condition} since{" "}
                <Time at={since} />
              </li>
            ))}
            {view.aroundOmitted > 0 && <li class="dim">and {view.aroundOmitted} more</li>}
          </ul>
        </section>
      )}
      <Limits view={view} />
      <section>
        <h2>In figures</h2>
        <Facts facts={view.facts} />
      </section>
      {view.history.length > 1 && <History view={view} />}
    </>
  );
}

/** A rule that was well in a report that is too old is not known to be well. */
function markOf({ row, head }: RuleView): Severity | "ok" | "unknown" {
  return row.severity ?? (row.condition === "unknown" || head.outdated !== null ? "unknown" : "ok");
}

function Runs({ runs }: { runs: RunRow[] | null }) {
  if (runs === null) return <p class="dim">Not kept: the report was made without its details.</p>;
  if (runs.length === 0) return <p class="dim">None is known.</p>;
  return (
    <div class="scroll">
      <table class="runs">
        <thead>
          <tr>
            <th scope="col">Started</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Records
            </th>
            <th scope="col">Id</th>
            <th scope="col">Error</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run, index) => (
            <tr key={index}>
              <td class="time">
                <Time at={run.startedAt} seconds />
              </td>
              <td class={run.status === "success" ? "dim" : run.status === "failed" ? "bad" : "warn"}>{run.status}</td>
              <td class="number" data-label="Took">
                <Span seconds={run.seconds} />
              </td>
              <td class="number" data-label="Records">
                {run.records === null ? "–" : formatCount(run.records)}
              </td>
              <td class="id" data-label="Id">
                {run.id ?? "–"}
              </td>
              <td class="fact">{run.error !== null && <code>{run.error}</code>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const SHOWN_DUE = 60;

function Due({ view: { row, ticks, notComparable } }: { view: RuleView }) {
  const odd = ticks.filter(({ reason }) => reason !== "ok" && reason !== "unknown").toReversed();
  const untold = ticks.filter(({ reason }) => reason === "unknown");
  return (
    <section>
      <h2>Due and started</h2>
      <p>
        {row.pattern === null ? "Nothing is scheduled." : <b>{row.pattern}</b>}
        {row.next.length > 0 && (
          <>
            {" "}
            next{" "}
            {row.next.map((at, index) => (
              <span key={at}>
                {index > 0 && ", "}
                <Time at={at} />
              </span>
            ))}
          </>
        )}
      </p>
      {ticks.length > 0 && <TickStrip ticks={ticks.slice(-SHOWN_DUE).map(({ reason }) => reason)} />}
      {ticks.length > untold.length && odd.length === 0 && (
        <p class="dim">All of {formatPlural(ticks.length - untold.length, "due time")} started in time.</p>
      )}
      {notComparable !== null && row.pattern !== null && <p class="dim">Not compared one by one: {notComparable}.</p>}
      {odd.length > 0 && (
        <ul class="plain">
          {odd.slice(0, 12).map(({ at, reason, text }) => (
            <li key={at}>
              <Time at={at} />{" "}
              <span class={reason === "missed" ? "bad" : reason === "late" ? "warn" : "dim"}>{reason}</span>{" "}
              <span class="dim">{text}</span>
            </li>
          ))}
          {odd.length > 12 && <li class="dim">and {formatCount(odd.length - 12)} more</li>}
        </ul>
      )}
      {untold[0] !== undefined && (
        <p class="dim">
          Of {formatPlural(untold.length, "due time")}, up to <Time at={untold.at(-1)?.at ?? untold[0].at} />,{" "}
          {untold[0].text}.
        </p>
      )}
    </section>
  );
}

function Limits({ view: { limits, settingCommand } }: { view: RuleView }) {
  return (
    <section>
      <h2>Limits</h2>
      <table class="limits">
        <caption class="unseen">From when on a rule is judged, and what says so</caption>
        <tbody>
          {limits.map(({ name, seconds, from }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{seconds === null ? "none" : formatDuration(seconds)}</td>
              <td class="dim">by {from}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {settingCommand !== null && (
        <p class="dim">
          Which line of the configuration would change the judgement is told by <code>{settingCommand}</code>.
        </p>
      )}
    </section>
  );
}

function History({ view: { history } }: { view: RuleView }) {
  return (
    <section>
      <h2>In earlier reports</h2>
      <ol class="history">
        {history.toReversed().map(({ href, at, condition, severity }, index, all) => {
          const before = all[index + 1];
          if (before !== undefined && before.condition === condition && before.severity === severity && index > 0)
            return null;
          return (
            <li key={href}>
              <a href={href}>
                <Time at={at} />
              </a>{" "}
              <span class={severity === null ? "dim" : toneOf(severity)}>{condition}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
