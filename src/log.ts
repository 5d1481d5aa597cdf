/** Everything said to the operator: stderr, as text, JSON lines or with syslog priorities for journald. */
import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { createConsola, LogLevels, type ConsolaReporter, type LogObject } from "consola/core";
import { writeJsonLine } from "./text/json.ts";
import { createRedactor, type Redact, type Secret } from "./text/redact.ts";
import { cutText, showText } from "./text/terminal.ts";

export const LOG_FORMATS = ["text", "json"] as const;
type LogFormat = (typeof LOG_FORMATS)[number];
type Facts = Record<string, string | number | boolean | null>;

/** What the program waits for: `doing`, such as reading; `names`, the CRMs without an answer yet; how many of all have one. */
type Waiting = { doing: string; names: string[]; done: number; all: number };

export type LogOptions = {
  format: LogFormat;
  level: "quiet" | "normal" | "verbose";
  /** Whether journald reads stderr, which takes a syslog priority before each line. */
  journal: boolean;
  /** Whether stderr is a terminal, which can show progress. */
  terminal: boolean;
};

/** `facts` stand behind the message. `said`: what the message says already, as fields of JSON lines alone. */
type Say = (message: string, facts?: Facts, said?: Facts) => void;

export type Log = {
  debug: Say;
  info: Say;
  warn: Say;
  error: Say;
  /** One line, shown only on a terminal. The next call overwrites it, and null clears it. */
  progress: (waiting: Waiting | null) => void;
  /** From now on no line contains these values, nor those that were hidden before. */
  hide: (secrets: Secret[]) => void;
};

const STDERR = 2;
const LEVELS = { quiet: LogLevels.error, normal: LogLevels.info, verbose: LogLevels.debug };
/** RFC 5424 severities, as sd-daemon(3) reads them at the start of a line. */
const PRIORITIES: Record<string, number> = { error: 3, warn: 4, info: 6, debug: 7 };
const CLEAR_LINE = "\r\u001b[2K";
/** Fits any terminal: a line that wraps cannot be overwritten. */
const PROGRESS_WIDTH = 79;

/** So long a full pipe is waited for: its reader may only be slow. Then nobody is kept waiting until it reads again. */
const PATIENCE_MS = 1000;
const PAUSE_MS = 10;
/** Nobody ever wakes who waits for it. */
const asleep = new Int32Array(new SharedArrayBuffer(4));
let stderr: number | null = null;
/** Lines in a row that nobody took. */
let lost = 0;

export function createLog(options: LogOptions): Log {
  // Secrets of an older configuration stay secret after a reload.
  const hidden = new Map<string, Secret>();
  let redact: Redact = (text) => text;
  let progress: string | null = null;
  const write = (line: string) => {
    writeStderr(`${progress === null ? "" : CLEAR_LINE}${redact(line)}\n${progress ?? ""}`);
  };
  const reporter: ConsolaReporter = {
    log: (entry) => {
      const format = (one: LogObject) =>
        options.format === "json" ? formatJson(one) : formatText(one, options.journal);
      const said = lost === 0 ? "" : `${format({ ...entry, type: "warn", args: [describeLost(lost)] })}\n`;
      write(`${said}${format(entry)}`);
    },
  };
  const consola = createConsola({ level: LEVELS[options.level], reporters: [reporter] });
  return {
    debug: (message, facts = {}, said = {}) => consola.debug(message, facts, said),
    info: (message, facts = {}, said = {}) => consola.info(message, facts, said),
    warn: (message, facts = {}, said = {}) => consola.warn(message, facts, said),
    error: (message, facts = {}, said = {}) => consola.error(message, facts, said),
    progress: (waiting) => {
      const text = waiting === null || waiting.names.length === 0 ? null : describeWaiting(waiting);
      if (!options.terminal || options.format === "json" || options.level === "quiet") return;
      writeStderr(text === null ? CLEAR_LINE : `${CLEAR_LINE}${text}`);
      progress = text;
    },
    hide: (secrets) => {
      // By its text: a reload reads the same ones again.
      for (const secret of secrets) hidden.set(JSON.stringify(secret), secret);
      redact = createRedactor([...hidden.values()]);
    },
  };
}

function formatText({ type, args }: LogObject, journal: boolean): string {
  const [message, facts = {}] = args as [string, Facts?];
  const words = Object.entries(facts).map(([key, value]) => `${key}=${quote(value)}`);
  const line = showText([message, ...words].join(" "));
  if (journal) return `<${PRIORITIES[type] ?? 6}>${line}`;
  return type === "info" ? line : `${type === "warn" ? "warning" : type}: ${line}`;
}

function formatJson({ type, args, date }: LogObject): string {
  const [message, facts = {}, said = {}] = args as [string, Facts?, Facts?];
  return writeJsonLine({ time: date.toISOString(), level: type, message, ...said, ...facts });
}

function describeWaiting({ doing, names, done, all }: Waiting): string {
  return cutText(`${doing}, ${done} of ${all} done: ${names.join(", ")}`, PROGRESS_WIDTH);
}

function quote(value: Facts[string]): string {
  const text = String(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

function describeLost(lines: number): string {
  return `${lines} ${lines === 1 ? "line is" : "lines are"} missing here: nothing took them from stderr`;
}

/** Where stderr is gone, there is no place left to say so. */
function writeStderr(text: string): void {
  const untilMs = performance.now() + (lost === 0 ? PATIENCE_MS : 0);
  let rest = new TextEncoder().encode(text);
  try {
    stderr ??= openStderr();
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(stderr, rest));
      } catch (error) {
        if ((error as { code?: unknown }).code !== "EAGAIN" || performance.now() >= untilMs) throw error;
        Atomics.wait(asleep, 0, 0, PAUSE_MS);
      }
    }
    lost = 0;
  } catch {
    lost += 1;
  }
}

/**
 * A pipe that nobody reads would hold up the reports, and keep signals from being heard: it is opened anew, as one that refuses what it
 * cannot take. A file opened anew would be written from its beginning, and a socket cannot be.
 */
function openStderr(): number {
  try {
    if (fstatSync(STDERR).isFIFO()) return openSync("/proc/self/fd/2", constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    // Closed, or without /proc: as it was handed over.
  }
  return STDERR;
}
