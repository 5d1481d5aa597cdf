/** The stretch of time that a report is about. */
import { HOUR_MS } from "./units.ts";

/** Half-open `[startMs, endMs)`, UTC epoch milliseconds. */
export type Window = { startMs: number; endMs: number };

/** Its length in milliseconds. */
export function lengthOf({ startMs, endMs }: Window): number {
  return endMs - startMs;
}

/** Its length in hours, unrounded. */
export function hoursOf(window: Window): number {
  return lengthOf(window) / HOUR_MS;
}

/** The window of the same length that ends where this one starts. */
export function windowBefore(window: Window): Window {
  return moveBack(window, lengthOf(window));
}

/** The window of the same length that lies so much earlier. */
export function moveBack({ startMs, endMs }: Window, byMs: number): Window {
  return { startMs: startMs - byMs, endMs: endMs - byMs };
}

/** A moment that is in as many of them as any other. */
export function findMostShared(windows: Window[]): number {
  const edges = windows.flatMap(({ startMs, endMs }) => [
    { atMs: startMs, more: 1 },
    { atMs: endMs, more: -1 },
  ]);
  let shared = 0;
  let most = { atMs: Infinity, shared: 0 };
  for (const { atMs, more } of edges.toSorted((a, b) => a.atMs - b.atMs || a.more - b.more)) {
    shared += more;
    if (shared > most.shared) most = { atMs, shared };
  }
  return most.atMs;
}

export function isWithin(atMs: number, { startMs, endMs }: Window): boolean {
  return atMs >= startMs && atMs < endMs;
}

/** The latest of the instants that are known; null: none is. */
export function latestOf(instants: (number | null)[]): number | null {
  const known = instants.filter((ms) => ms !== null);
  return known.length === 0 ? null : Math.max(...known);
}
