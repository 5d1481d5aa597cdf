/** How figures of a check are written in words. */
import { formatCount, formatDuration } from "../report/figures.ts";

export function describeAge(ms: number, nowMs: number): string {
  return nowMs < ms ? "in the future" : `${formatDuration((nowMs - ms) / 1000)} ago`;
}

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
