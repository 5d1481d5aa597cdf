/** The schedules that make the reports, and what each slot was used for. */
import { formatDuration } from "../../text/figures.ts";
import { Notices } from "../parts/findings.tsx";
import { Mark } from "../parts/mark.tsx";
import { useFrame } from "../parts/state.ts";
import { Time, Until } from "../parts/time.tsx";
import type { ScheduleView, SlotMark } from "../view.ts";

export function Schedule({ view }: { view: ScheduleView }) {
  const { verdict } = useFrame();
  return (
    <>
      <header class="verdict">
        <h1>
          <Mark of={verdict} large />
          {writeHeadline(view)}
        </h1>
      </header>
      {view.schedules.map((schedule) => (
        <section key={schedule.name} class="schedule">
          <h2>
            <Mark of={schedule.verdict} />
            {schedule.name}{" "}
            <span class="count">
              {schedule.pattern}, {schedule.timezone}
            </span>
          </h2>
          <p>{schedule.text}</p>
          <Notices notices={schedule.notices} />
          <Slots slots={schedule.slots} />
          {schedule.next.length > 0 && (
            <p class="dim">
              Next{" "}
              {schedule.next.map(({ utc, local }, index) => (
                <span key={utc} title={local}>
                  {index > 0 && ", "}
                  <Time at={utc} />
                  {index === 0 && (
                    <>
                      {" "}
                      (<Until at={utc} />)
                    </>
                  )}
                </span>
              ))}
            </p>
          )}
        </section>
      ))}
      {view.slots.length > 0 && <SlotTable slots={view.slots} />}
    </>
  );
}

/** A schedule that has made nothing is not said to make reports. */
function writeHeadline({ schedules }: ScheduleView): string {
  if (schedules.length === 0) return "Nothing is scheduled";
  const bad = schedules.filter(({ verdict }) => verdict === "critical" || verdict === "warning").length;
  if (bad > 0) return `${bad} of ${schedules.length} schedules ${bad === 1 ? "needs" : "need"} a look`;
  const waiting = schedules.filter(({ hasMade }) => !hasMade).length;
  if (waiting === schedules.length) return "No report was made by a schedule yet";
  if (waiting > 0) return `Reports are made as scheduled; ${waiting} of ${schedules.length} schedules made none yet`;
  return "Reports are made as scheduled";
}

/** Oldest first. */
function Slots({ slots }: { slots: SlotMark[] }) {
  if (slots.length === 0) return null;
  return (
    <p class="earlier" role="group" aria-label="Slots, oldest first">
      {slots.map(({ slot, state, tone, note, href }) => {
        const text = `${slot.slice(0, 16).replace("T", " ")} UTC: ${state}${note === null ? "" : `, ${note}`}`;
        return href === null ? (
          <span key={slot} class={`slot ${tone}`} title={text}>
            <span class="unseen">{text}</span>
          </span>
        ) : (
          <a key={slot} class={`slot ${tone}`} href={href} title={text}>
            <span class="unseen">{text}</span>
          </a>
        );
      })}
    </p>
  );
}

function SlotTable({ slots }: { slots: ScheduleView["slots"] }) {
  return (
    <section>
      <h2>Newest slots</h2>
      <div class="scroll">
        <table class="slots">
          <thead>
            <tr>
              <th scope="col">Slot</th>
              <th scope="col">Schedule</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col" class="number">
                Starts
              </th>
              <th scope="col">Note</th>
            </tr>
          </thead>
          <tbody>
            {slots.map((row) => (
              <tr key={`${row.schedule} ${row.slot}`}>
                <td class="time">
                  {row.href === null ? (
                    <Time at={row.slot} />
                  ) : (
                    <a href={row.href}>
                      <Time at={row.slot} />
                    </a>
                  )}
                </td>
                <td>{row.schedule}</td>
                <td class={row.tone === "quiet" ? "dim" : row.tone}>{row.state}</td>
                <td class="number" data-label="Took">
                  {row.state === "skipped" || row.began === null || row.ended === null
                    ? "–"
                    : formatDuration(Math.max(0, Date.parse(row.ended) - Date.parse(row.began)) / 1000)}
                </td>
                <td class="number" data-label="Starts">
                  {row.attempts}
                </td>
                <td class="fact">{row.note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
