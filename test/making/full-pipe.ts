/** A pipe that takes no more, until somebody reads it. */
import { constants, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { freshDirectory } from "./cli.ts";

/** `end`: for a child, which has to wait for room there as for any pipe. `drain`: what stood in it. */
export function makeFullPipe(): { end: number; drain: () => string } {
  const path = join(freshDirectory(), "pipe");
  Bun.spawnSync(["mkfifo", path]);
  const ours = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const buffer = new Uint8Array(1_000_000);
  const all = (act: () => number): number => {
    let sum = 0;
    try {
      for (;;) sum += act();
    } catch {
      return sum;
    }
  };
  const filled = all(() => writeSync(ours, "x"));
  if (filled < 60_000) throw new Error(`a pipe of ${filled} bytes`);
  return {
    end: openSync(path, "r+"),
    drain: () => {
      let read = 0;
      all(() => {
        const bytes = readSync(ours, buffer, read, buffer.length - read, null);
        read += bytes;
        return bytes;
      });
      return new TextDecoder().decode(buffer.subarray(0, read));
    },
  };
}
