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
              <Where row={row} withCrm={withCrm} />
              {row.text}
              {row.since !== null && (
                <>
                  {" · "}
                  <Since at={row.since} />
                </>
              )}
            </p>
            {row.advice.map((text) => (
              <p key={text} class="advice">
                {text}
              </p>
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Where({ row: { crm, rule, href }, withCrm }: { row: FindingRow; withCrm: boolean }) {
  const text = [...(withCrm && crm !== null ? [crm] : []), ...(rule === null ? [] : [rule])].join(" · ");
  if (text === "") return null;
  return (
    <>
      {href === null ? (
        <b class="where">{text}</b>
      ) : (
        <a class="where" href={href}>
          {text}
        </a>
      )}{" "}
    </>
  );
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
