/** Wrong tokens, counted by where they come from, so that guessing is slow. */
import { isIPv6 } from "node:net";

export type Attempts = {
  /** How long this address has to wait, milliseconds; 0: not at all. `nowMs`: of a clock that nobody sets. */
  waitMs: (address: string, nowMs: number) => number;
  /** A wrong token was presented. */
  fail: (address: string, nowMs: number) => void;
};

/** So many wrong ones an address has for nothing, then one more each `REFILL_MS`. */
const FREE = 5;
const REFILL_MS = 20_000;
const MOST_ADDRESSES = 10_000;
/** Whoever has one address of IPv6 has all that begin alike. */
const IPV6_GROUPS = 4;
const ALL_GROUPS = 8;

export function createAttempts(): Attempts {
  /** When the wrong ones of an address are all forgotten. */
  const forgottenMs = new Map<string, number>();
  return {
    waitMs: (address, nowMs) => Math.max(0, (forgottenMs.get(keyOf(address)) ?? 0) - nowMs - (FREE - 1) * REFILL_MS),
    fail: (address, nowMs) => {
      const key = keyOf(address);
      const untilMs = Math.max(forgottenMs.get(key) ?? 0, nowMs) + REFILL_MS;
      // The newest stands last.
      forgottenMs.delete(key);
      forgottenMs.set(key, untilMs);
      const [oldest] = forgottenMs.keys();
      if (forgottenMs.size > MOST_ADDRESSES && oldest !== undefined) forgottenMs.delete(oldest);
    },
  };
}

function keyOf(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: ALL_GROUPS - before.length - after.length }, () => "0");
  const groups = tail === undefined ? before : [...before, ...zeros, ...after];
  return groups
    .slice(0, IPV6_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
