/** A log that says nothing. */
import type { Log } from "../../src/log.ts";

const nothing = () => {};

export const silent: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  progress: nothing,
  hide: nothing,
};
