/** Findings, most urgent first: what, where, since when, and what to do. */
import type { FindingRow, Notice } from "../view.ts";
import { Mark } from "./mark.tsx";
import { Since } from "./time.tsx";

/** `withCrm`: the CRM is named in each. */
export function Findings({ rows, withCrm }: { rows: FindingRow[]; withCrm: boolean }) {
  return (
    <ol class="findings">
      {rows.map((row, index) => (
        <li key={index}>
          <Mark of={row.severity} />
          <div>
            <p class="what">
              {withCrm && row.crm !== null && <Where row={row} />}
              {row.text}
              {row.since !== null && (
                <>
                  {" "}
                  <Since at={row.since} />
                </>
              )}
            </p>
            {row.advice.map((text) => (
              <p key={text} class="advice">
                {text}
              </p>
            ))}
            {!withCrm && row.rule !== null && row.href !== null && (
              <p class="more">
                <a href={row.href}>Why: {row.rule}</a>
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Where({ row: { crm, rule, href } }: { row: FindingRow }) {
  const text = rule === null ? crm : `${crm} · ${rule}`;
  return href === null ? <b class="where">{text}</b> : <a class="where" href={href}>{text}</a>;
}

export function Notices({ notices }: { notices: Notice[] }) {
  if (notices.length === 0) return null;
  return (
    <ul class="notices">
      {notices.map(({ severity, text, href }) => (
        <li key={text} class={severity}>
          <Mark of={severity} />
          <span>
            {text} {href !== null && <a href={href}>Schedule</a>}
          </span>
        </li>
      ))}
    </ul>
  );
}
