/** How figures are written in words: one way for report texts and for renderers. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Epoch milliseconds as RFC 3339 in UTC; milliseconds only where there are any. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** An RFC 3339 instant as `10 Jul 2026 21:00`, in UTC. */
export function formatMinute(instant: string): string {
  const [date = "", time = ""] = instant.split("T");
  const [year, month, day] = date.split("-").map(Number);
  return `${day} ${MONTHS[(month ?? 1) - 1]} ${year} ${time.slice(0, 5)}`;
}

/** An instant as people say it at `nowMs`: `21:00` on the same UTC day, `9 Jul 21:00` in the same year. */
export function formatNear(ms: number, nowMs: number): string {
  const full = formatMinute(formatInstant(ms));
  const [day, month, year, time] = full.split(" ");
  const [nowDay, nowMonth, nowYear] = formatMinute(formatInstant(nowMs)).split(" ");
  if (year !== nowYear) return full;
  return day === nowDay && month === nowMonth ? (time ?? full) : `${day} ${month} ${time}`;
}

/** `from A to B`. Behind a time with its day another one has its day too: alone it would be taken for one of that day. */
export function formatSpan(fromMs: number, toMs: number, nowMs: number): string {
  const [from, to] = [formatNear(fromMs, nowMs), formatNear(toMs, nowMs)];
  const [day, month] = formatMinute(formatInstant(toMs)).split(" ");
  return `from ${from} to ${from.includes(" ") && !to.includes(" ") ? `${day} ${month} ${to}` : to}`;
}

/** A ratio of 0–1 as a percentage with one decimal; a rounded figure never claims all or nothing. */
export function formatRatio(ratio: number): string {
  if (ratio > 0.999 && ratio < 1) return ">99.9 %";
  if (ratio > 0 && ratio < 0.001) return "<0.1 %";
  return `${(ratio * 100).toFixed(1)} %`;
}

/** A ratio that missed a limit, with as many decimals as it takes to see that. */
export function formatRatioBelow(ratio: number, limit: number): string {
  return formatRatio(ratio) === formatRatio(limit) ? `${(ratio * 100).toFixed(2)} %` : formatRatio(ratio);
}

export function formatCount(count: number): string {
  return count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `1 run`, `2 runs`. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The first names, and how many more there are. */
export function listNames(names: string[], shown = 5): string {
  const rest = names.length - shown;
  return rest > 0 ? `${names.slice(0, shown).join(", ")} and ${formatCount(rest)} more` : names.join(", ");
}

/** Seconds as `0.4s`, `38s`, `1m 36s`, `2h 05m`, `3d 04h`; without a part that is zero: `15m`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const [d, h, m, s] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  if (d > 0) return `${d}d${h > 0 ? ` ${pad(h)}h` : ""}`;
  if (h > 0) return `${h}h${m > 0 ? ` ${pad(m)}m` : ""}`;
  if (m > 0) return `${m}m${s > 0 ? ` ${pad(s)}s` : ""}`;
  return `${s}s`;
}

/** The length of a window as people say it: `24 h`, `7 d`, `90 min`. */
export function formatHours(hours: number): string {
  if (hours >= 48 && hours % 24 === 0) return `${hours / 24} d`;
  if (Number.isInteger(hours)) return `${hours} h`;
  const minutes = hours * 60;
  return Number.isInteger(minutes) ? `${minutes} min` : `${Number(hours.toFixed(2))} h`;
}

/** How long before `nowMs` an instant was. */
export function describeAge(ms: number, nowMs: number): string {
  return nowMs < ms ? "in the future" : `${formatDuration((nowMs - ms) / 1000)} ago`;
}

/** Milliseconds as `less than 1 ms`, `4.2 ms`, `1,200 ms`. */
export function formatMs(ms: number): string {
  return ms < 1 ? "less than 1 ms" : `${ms < 10 ? ms.toFixed(1) : formatCount(Math.round(ms))} ms`;
}

/** Decimal units, as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

function pad(value: number): string {
  return value.toString().padStart(2, "0");
}
