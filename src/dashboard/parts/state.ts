/** What changes while a page is open. On the server none of it is ever set. */
import { signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Frame } from "../view.ts";

/** In which zone times are shown. */
export const zone = signal<"utc" | "local">("utc");

/** The reader's clock, epoch milliseconds; null: the page shows the moment it was made. */
export const clock = signal<number | null>(null);

/** Whether the script has taken over: what needs it is shown only then. */
export const isAlive = signal(false);

/** How the page hears of news. `sinceMs`: of the last sign of life. */
export type Line =
  | { state: "none" }
  | { state: "joining" }
  | { state: "live" }
  | { state: "catching-up" }
  | { state: "lost"; sinceMs: number }
  | { state: "paused"; missed: number }
  | { state: "signed-out" };

export const line = signal<Line>({ state: "none" });

/** What a button of the page asks of what keeps it fresh. */
export const wish = signal<"follow" | "pause">("follow");

export const FrameContext = createContext<Frame | null>(null);

export function useFrame(): Frame {
  const frame = useContext(FrameContext);
  if (frame === null) throw new Error("a part stands outside a page");
  return frame;
}

/** Epoch milliseconds. A file from disk stays at the moment it was made. */
export function useNow(): number {
  const { nowMs, place } = useFrame();
  return place === "site" ? nowMs : (clock.value ?? nowMs);
}
