/** A process that makes a log with the options of its first argument, and does with it what the others say, in order. */
import { existsSync, writeFileSync } from "node:fs";
import { createLog, type LogOptions } from "../../src/log.ts";

export type Step =
  | { hide: string[] }
  | { tell: string; wait: string }
  | { say: string; facts?: Record<string, string>; said?: Record<string, string> };

const [options = "", ...steps] = process.argv.slice(2);
const log = createLog(JSON.parse(options) as LogOptions);
for (const step of steps.map((text) => JSON.parse(text) as Step)) {
  if ("hide" in step) log.hide(step.hide);
  else if ("tell" in step) {
    writeFileSync(step.tell, "");
    while (!existsSync(step.wait)) await Bun.sleep(10);
  } else log.info(step.say, step.facts, step.said);
}
