import { setTimeout as sleep } from "node:timers/promises";
import { AppError, EXIT } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import { fillMemory, type Filled } from "../../fill.ts";
import { READ_BACK_MS } from "../../report/memory/known.ts";
import { emit } from "../../output/stdout.ts";
import { formatInstant, formatPlural } from "../../text/figures.ts";
import { createRedactor } from "../../text/redact.ts";
import { SECOND_MS } from "../../time/units.ts";
import { defineCommand } from "../flags/command.ts";
import { openChosen } from "../flags/memory.ts";
import { CRM_FLAGS } from "../flags/crms.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";
import { readTime } from "../flags/reports.ts";

const { crm, timeout } = CRM_FLAGS;
const WAIT_MS = SECOND_MS;

export default defineCommand(
  {
    crm,
    since: { type: "string", valueHint: "56d|TIME", default: "56d", description: "how far back" },
    again: { type: "boolean", description: "read the days that are known too, and replace them" },
    timeout: { ...timeout, description: "for the query of each day" },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const { config, crms, store } = await openChosen(args, runtime, log, "write");
    await using opened = store;
    const { signal } = runtime;
    const filled = await fillMemory({
      crms,
      memory: opened.memory,
      sinceMs: readSince(args.since, nowMs, config.store.memoryMs),
      untilMs: nowMs,
      nowMs,
      beginsMs: new Map(),
      again: args.again === true,
      isThorough: true,
      limits: { totalMs: null, dayMs: null },
      isBusy: async () => {
        // A report comes first: it is waited for.
        while (!signal.aborted && (await opened.slots.areRunning()))
          await sleep(WAIT_MS, undefined, { signal }).catch(() => {});
        return false;
      },
      redact: createRedactor(config.secrets),
      log,
      signal,
    });
    log.progress(null);
    for (const one of filled) {
      if (one.end === "failed") log.error(`${one.source}: ${one.reason}`, { left: one.left }, { crm: one.source });
      if (one.end !== "failed" || one.read > 0) await emit(`${describe(one)}\n`);
    }
    if (signal.aborted) throw new AppError("interrupted", "interrupted: what was read is kept");
    const failed = filled.filter(({ end }) => end === "failed").length;
    if (failed === 0) return EXIT.ok;
    return failed === filled.length ? EXIT.noneReadable : EXIT.someUnreadable;
  },
);

function describe(one: Filled): string {
  const isEmpty = one.end === "whole" && one.reason !== null;
  const nothing = isEmpty ? "nothing more is remembered" : "nothing was left to read";
  const read = one.read === 0 ? nothing : `${formatPlural(one.read, "day")} read back`;
  const rest = one.left === 0 ? "" : `, ${one.left} left`;
  const why = one.end === "begin" || isEmpty ? `; ${one.reason}` : "";
  return `${one.source}: ${read}${rest}${why}${isEmpty ? ": with --since further back it may be known to be a pause" : ""}`;
}

function readSince(text: string, nowMs: number, memoryMs: number): number {
  const sinceMs = readTime("--since", text, nowMs);
  const asked = `--since ${quoteTyped(text)}`;
  if (sinceMs >= nowMs) throw new AppError("usage", `${asked}: it lies in the future`);
  if (sinceMs >= nowMs - Math.max(memoryMs, READ_BACK_MS)) return sinceMs;
  const oldest = formatInstant(nowMs - memoryMs).slice(0, 10);
  throw new AppError("usage", `${asked}: hours from before ${oldest} are deleted again: raise [store] memory`);
}
