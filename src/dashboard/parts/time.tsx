/** Times: UTC as the page arrives, the reader's own zone where it is asked for. */
import { formatDuration, formatMinute, formatNear } from "../../text/figures.ts";
import { useFrame, useNow, zone } from "./state.ts";

const MINUTE_MS = 60_000;

/** `21:00` on the page's day, `9 Jul 21:00` else. `at`: RFC 3339. */
export function Time({ at, seconds = false }: { at: string; seconds?: boolean }) {
  const { nowMs } = useFrame();
  const ms = Date.parse(at);
  const text = formatNear(shift(ms), shift(nowMs));
  const full = `${formatMinute(new Date(ms).toISOString())}${at.slice(16, 19)} UTC`;
  return (
    <time dateTime={at} title={full}>
      {seconds ? `${text}${at.slice(16, 19)}` : text}
    </time>
  );
}

/** How long ago, as it grows; in a file from disk the time itself. `at`: RFC 3339. */
export function Ago({ at }: { at: string }) {
  const nowMs = useNow();
  const { place } = useFrame();
  if (place === "site") return <Time at={at} />;
  const agoMs = nowMs - Date.parse(at);
  return (
    <time dateTime={at} title={`${formatMinute(new Date(Date.parse(at)).toISOString())} UTC`}>
      {agoMs < MINUTE_MS ? (agoMs < -MINUTE_MS ? `in ${shorten(-agoMs)}` : "just now") : `${shorten(agoMs)} ago`}
    </time>
  );
}

/** For how long something holds; where it may be over by now, since when. `at`: RFC 3339. */
export function Since({ at }: { at: string }) {
  const nowMs = useNow();
  const { isOfNow } = useFrame();
  return (
    <span class="since">
      {!isOfNow ? (
        <>
          since <Time at={at} />
        </>
      ) : (
        <time dateTime={at} title={`since ${formatMinute(new Date(Date.parse(at)).toISOString())} UTC`}>
          for {shorten(Math.max(0, nowMs - Date.parse(at)))}
        </time>
      )}
    </span>
  );
}

/** How long until then; what has passed is said to be due. `at`: RFC 3339. */
export function Until({ at }: { at: string }) {
  const leftMs = Date.parse(at) - useNow();
  const { place } = useFrame();
  if (place === "site") return <Time at={at} />;
  return (
    <time dateTime={at} title={`${formatMinute(new Date(Date.parse(at)).toISOString())} UTC`}>
      {leftMs < 0 ? "due now" : leftMs < MINUTE_MS ? "in a minute" : `in ${shorten(leftMs)}`}
    </time>
  );
}

export function Span({ seconds }: { seconds: number | null }) {
  return <>{seconds === null ? "–" : formatDuration(seconds)}</>;
}

/** The name of the zone in which times are shown. */
export function zoneName(): string {
  return zone.value === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Of two parts the larger matters: `3h 05m` is `3h` here only from ten hours on. */
function shorten(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 10) return `${hours} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** Moves a moment so that its UTC figures are those of the reader's clock. */
function shift(ms: number): number {
  return zone.value === "utc" ? ms : ms - new Date(ms).getTimezoneOffset() * MINUTE_MS;
}
