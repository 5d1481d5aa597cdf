/** What people type, and what they mean by it. */
import { maskSecrets } from "../report/errors/secrets.ts";
import { quoteText, quoteWord } from "../text/terminal.ts";
import { isNoPath } from "../text/typed-path.ts";

/** As citty's definitions have them. */
export type KnownFlags = Map<string, { type: string; options?: string[] | undefined }>;

/** Words that are no command's name, and the command that does it. */
const COMMANDS: Record<string, string> = {
  doctor: "check",
  diagnose: "check",
  diagnostics: "check",
  verify: "check",
  test: "check",
  ping: "check",
  report: "generate",
  reports: "generate",
  run: "generate",
  now: "generate",
  print: "generate",
  why: "explain",
  reason: "explain",
  daemon: "schedule",
  start: "schedule",
  cron: "schedule list",
  slots: "schedule history",
  status: "schedule status",
  health: "schedule status",
  ls: "history list",
  compare: "history diff",
  validate: "config check",
  lint: "config check",
  settings: "config show",
  configuration: "config show",
  new: "config init",
  setup: "config init",
  example: "demo",
  past: "memory show",
  learn: "memory fill",
  retire: "rules retire",
  man: "help",
  topics: "help",
  version: "--version",
  gen: "generate",
  dashboard: "serve",
  ui: "serve",
  web: "serve",
  api: "serve",
  "config validate": "config check",
  "config verify": "config check",
  "config lint": "config check",
  "config test": "config check",
  "config new": "config init",
  "config print": "config show",
  "schedule start": "schedule",
  "schedule daemon": "schedule",
  "schedule now": "schedule run",
  "schedule ls": "schedule list",
  "history ls": "history list",
  "store verify": "store check",
};

/** Words that are no topic's name, below the topic that tells of them. */
const TOPIC_WORDS: Record<string, string> = {
  configuration: "threshold thresholds timezone timezones toml settings",
  connections: "url urls tls ssl password passwords",
  presets: "table tables view views mapping column columns status statuses",
  findings: "condition conditions verdict verdicts severity severities",
  schedules: "cron daemon expect",
  systemd: "timer timers units",
  serve: "proxy nginx caddy token tokens",
  api: "metrics prometheus grafana alerts",
  json: "jq schemas",
  security: "role roles secret secrets masking",
  performance: "index indexes",
  troubleshooting: "error errors messages",
  "older-commands": "celery flower django",
};

/** Flags that there are not, and those that may be meant; the first that the command has. */
const FLAGS: Record<string, string[]> = {
  since: ["time-window", "as-of"],
  window: ["time-window"],
  hours: ["time-window"],
  days: ["time-window"],
  weeks: ["time-window"],
  minutes: ["time-window"],
  last: ["time-window", "limit"],
  period: ["time-window"],
  range: ["time-window"],
  until: ["as-of"],
  to: ["as-of", "until"],
  end: ["as-of", "until"],
  from: ["since", "time-window"],
  at: ["as-of"],
  date: ["as-of"],
  count: ["limit"],
  max: ["limit"],
  source: ["crm"],
  sources: ["crm"],
  crms: ["crm"],
  only: ["crm"],
  name: ["crm", "schedule"],
  full: ["detailed"],
  details: ["detailed"],
  long: ["detailed"],
  file: ["output", "config"],
  out: ["output"],
  "out-file": ["output"],
  dir: ["output-dir"],
  directory: ["dir", "output-dir"],
  export: ["export-json"],
  save: ["export-json"],
  strict: ["fail-on"],
  "exit-code": ["fail-on"],
  "fail-under": ["fail-on"],
  tz: ["timezone"],
  zone: ["timezone"],
  jobs: ["concurrency"],
  parallel: ["concurrency"],
  workers: ["concurrency"],
  silent: ["quiet"],
  debug: ["verbose"],
  colour: ["color"],
  changed: ["set"],
  diff: ["set"],
  overwrite: ["force"],
};

/** The flag has no definition of its own: citty negates `--color`. */
const NO_COLOR = /^(?:no-?colou?rs?|plain|monochrome)$/;
/** Of a number behind such a flag. */
const UNITS: Record<string, string> = { days: "d", hours: "h", weeks: "w", minutes: "m" };
const DURATION = /^\d+(?:\.\d+)?(?:h|d|m|min|w)$/;
const PATH = /\/|\.toml$/;
/** What others write behind a flag that takes no value. */
const SWITCH = /^(?:true|false|yes|no|on|off)$/i;
/** What word processors and web pages make of two hyphens. */
const DASHES = /^-?[\u2010-\u2015\u2212][-\u2010-\u2015\u2212]*(?=[a-z])/i;
/** The quotation marks of word processors, which a shell takes for letters. */
const QUOTES = /^[\u2018-\u201F\u00AB\u00BB\u2039\u203A]+|[\u2018-\u201F\u00AB\u00BB\u2039\u203A]+$/g;
/** What was typed, without the secret that may stand in it. */
export function repeatWord(word: string): string {
  return isNoPath(word) ? "…" : quoteWord(maskSecrets(word));
}

/** The same between quotation marks. Errors quote what was typed in no other way. */
export function quoteTyped(word: string): string {
  return isNoPath(word) ? "…" : quoteText(maskSecrets(word));
}

/** The command to type for a word that is none, behind the name of its group; null where nobody knows. */
export function hintCommand(word: string): string | null {
  return Object.hasOwn(COMMANDS, word) ? (COMMANDS[word] ?? null) : null;
}

/** The topic that tells of what was asked for; null where nobody knows. */
export function hintTopic(word: string): string | null {
  const found = Object.entries(TOPIC_WORDS).find(([, words]) => words.split(" ").includes(word.toLowerCase()));
  return found?.[0] ?? null;
}

/** A sentence about a flag that the command does not have; null where nobody knows. `value`: what stands behind it. */
export function hintFlag(name: string, value: string | undefined, known: KnownFlags): string | null {
  if (name === "output") return "it prints to the standard output: leave the flag out, or write > FILE.";
  if (name === "h") return "write --help.";
  if (NO_COLOR.test(name) && known.has("color")) return "write --no-color.";
  const meant = (Object.hasOwn(FLAGS, name) ? (FLAGS[name] ?? []) : []).find((flag) => known.has(flag));
  if (meant !== undefined) {
    const length = meant === "time-window" && value !== undefined ? readLength(name, value) : null;
    if (length !== null) return length;
    const takesValue = known.get(meant)?.type !== "boolean" && value !== undefined && !value.startsWith("-");
    return `write --${meant}${takesValue ? ` ${repeatWord(value)}` : ""}.`;
  }
  const chosen = findChoice(name, known);
  return chosen === null ? null : `write --${chosen} ${name}.`;
}

/** A window has a length and an end: a moment is no length. */
function readLength(name: string, value: string): string | null {
  if (value.startsWith("-")) return null;
  if (/^\d+(?:\.\d+)?$/.test(value)) return `write --time-window ${value}${UNITS[name] ?? ""}.`;
  return DURATION.test(value) ? null : "write --time-window 7d. Its end is --as-of.";
}

/** The flags to type for words that stand without one; null where nobody knows. `given`: the values of those that are typed. */
export function hintWords(typed: string[], known: KnownFlags, given: ReadonlyMap<string, string>): string | null {
  const words = typed.map((one) => one.replace(QUOTES, ""));
  const [word = ""] = words;
  // Quoted like a name, or behind a -- of its own.
  if (word.startsWith("-")) return words.map(repeatWord).join(" ");
  if (isNoPath(word) || SWITCH.test(word)) return null;
  if (word === "help") return "--help";
  if (DASHES.test(word)) return words.map((one) => repeatWord(one.replace(DASHES, "--"))).join(" ");
  const chosen = findChoice(word, known);
  if (chosen !== null) return `--${chosen} ${word}`;
  if (given.has("input") && known.has("input"))
    return `--input ${[given.get("input") ?? [], words].flat().map(repeatWord).join(",")}`;
  if (DURATION.test(word) && known.has("time-window")) return `--time-window ${word}`;
  if (PATH.test(word)) return known.has("config") ? `--config ${repeatWord(word)}` : null;
  const listedWith = (flag: string) => [given.get(flag) ?? [], words].flat().map(repeatWord).join(",");
  if (known.has("crm")) return `--crm ${listedWith("crm")}`;
  return known.has("schedule") ? `--schedule ${listedWith("schedule")}` : null;
}

/** The flag that has the word among its choices. That of the log is never meant. */
function findChoice(word: string, known: KnownFlags): string | null {
  const found = [...known].find(([name, { options }]) => name !== "log-format" && options?.includes(word) === true);
  return found?.[0] ?? null;
}
