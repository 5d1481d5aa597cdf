/** Fills the memory of a configuration's CRMs with the eight weeks before a moment, as a daemon does that was there then. */
import { loadConfig } from "../../src/config/load.ts";
import { fillMemory } from "../../src/fill.ts";
import { createLog } from "../../src/log.ts";
import { READ_BACK_MS } from "../../src/report/memory/known.ts";
import { openStore } from "../../src/store/open.ts";
import { createRedactor } from "../../src/text/redact.ts";

const [path = "", end = ""] = process.argv.slice(2);
const WEEK_MS = 604_800_000;

Bun.unsafe.setJITPolicy(1);
const nowMs = Date.parse(end);
const config = await loadConfig(path, {});
await using store = await openStore(config.store.target);
const filled = await fillMemory({
  crms: config.crms,
  memory: store.memory,
  sinceMs: Math.floor((nowMs - READ_BACK_MS) / WEEK_MS) * WEEK_MS,
  untilMs: nowMs,
  nowMs,
  beginsMs: new Map(),
  again: false,
  isThorough: false,
  limits: { totalMs: null, dayMs: null },
  isBusy: async () => false,
  redact: createRedactor(config.secrets),
  log: createLog({ level: "quiet", format: "text", journal: false, terminal: false }),
  signal: new AbortController().signal,
});
const failed = filled.find(({ end: how }) => how === "failed" || how === "paused");
if (failed !== undefined) throw new Error(JSON.stringify(failed));
