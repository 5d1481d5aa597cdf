/** Why a CRM could not be read, in the operator's words: what happened, where, and what to try. */
import * as v from "valibot";
import { describeHandshake } from "./handshake.ts";
import { describeRowError } from "./row-errors.ts";
import { findWords, isConflict, type Words } from "./refusals.ts";
import { formatCount, listNames } from "../text/figures.ts";
import { describeTarget, type PostgresHost, type Target, type TargetSession } from "./target.ts";

/** What we found out ourselves about a warehouse; the message does not yet say which. */
export class DatabaseError extends Error {
  /** Whether it may be over in a minute. */
  readonly passing: boolean;

  constructor(message: string, passing = false) {
    super(message);
    this.passing = passing;
  }
}

/**
 * How far a server came that opened no session in the time for it. `undecided`: it has our password, and does not say
 * whether it accepts it. `mute`: it, or a pooler before it, opened one and answers nothing in it.
 */
export type Stage = "none" | "undecided" | "mute";

/** It may be over in a minute. */
export class NoSession extends DatabaseError {
  readonly stage: Stage;

  constructor(message: string, stage: Stage) {
    super(message, true);
    this.stage = stage;
  }
}

/** The time was over while the server worked on what was asked of it, after it had answered what came before. */
export class StillRunning extends DatabaseError {}

/** What is known of the server that answered with an error. */
export type Answering = {
  /** Whether the session was open before. */
  inSession: boolean;
  isStandby: boolean | null;
};

/** A failure whose whole reason was put into words elsewhere. */
export class DescribedFailure extends Error {
  readonly code: string;

  constructor(reason: string, code: string) {
    super(reason);
    this.code = code;
  }
}

/** Why none of a target's servers could be read, in the order in which they were tried. */
export class HostsFailure extends Error {
  readonly failures: ReadonlyMap<PostgresHost, unknown>;

  constructor(failures: ReadonlyMap<PostgresHost, unknown>) {
    super("no server could be read");
    this.failures = failures;
  }
}

/** SQLSTATE (PostgreSQL documentation, appendix A), system error and SQLite codes. */
const REASONS: Record<string, Words> = {
  ECONNREFUSED: (place) =>
    `${place} refuses the connection: is PostgreSQL running there, listening on that port, and reachable from here?`,
  ENOTFOUND: (place) => `the host of ${place} is not known: check its spelling and the DNS`,
  EAI_AGAIN: (place) => `the name of ${place} cannot be looked up now: check the DNS`,
  EHOSTUNREACH: (place) => `${place} cannot be reached: check the network and firewalls`,
  ENETUNREACH: (place) => `${place} cannot be reached: check the network and firewalls`,
  ETIMEDOUT: (place) => `${place} does not answer: check the network and firewalls`,
  ECONNRESET: (place) => `${place} broke the connection off: look into the server's log`,
  EPIPE: (place) => `${place} broke the connection off: look into the server's log`,
  CONNECTION_CLOSED: (place) => `${place} closed the connection: look into the server's log`,
  CONNECTION_ENDED: (place) => `${place} closed the connection: look into the server's log`,
  CONNECTION_DESTROYED: (place) => `${place} closed the connection: look into the server's log`,
  ENOENT: (place) => `${place} is not there: check the path`,
  EISDIR: (place) => `${place} is a directory: name the file`,
  ELOOP: (place) => `the path ${place} leads in a circle of links`,
  ENOTDIR: (place) => `a part of the path ${place} is not a directory`,
  EACCES: (place) => `${place} may not be opened by this user: check its permissions`,
  "28P01": (place) => `${place} refuses the password or user: check both in the connection URL`,
  "28000": (place, message) => `${place} refuses this user: ${message}. Check pg_hba.conf and sslmode`,
  SASL_SIGNATURE_MISMATCH: (place) =>
    `${place} does not prove that it knows the password: it is another server than the URL means, or somebody is between: use sslmode=verify-full`,
  "42501": (place, message) =>
    message.includes("row-level security")
      ? `${place}: ${message}. Rows would be missing: read as a role that sees every row, or grant it BYPASSRLS`
      : `${place}: ${message}. Grant the reader SELECT on that table and USAGE on its schema`,
  "42703": (place, message) =>
    `${place}: ${message}. The table is not as the preset expects it: check preset, schema and table`,
  "42P01": (place, message) =>
    `${place}: ${message}. It was there a moment ago, or a function behind the table names it without its schema: try again, or ALTER FUNCTION … SET search_path`,
  "42883": (place, message) =>
    message.includes("operator")
      ? `${place}: ${message}. A column has a type whose values cannot be compared: cast it in a view, such as to text`
      : `${place}: ${message}. A function behind the table names it without its schema: ALTER FUNCTION … SET search_path`,
  "53300": (place) =>
    `${place} has no free connection: raise max_connections or the role's limit, read fewer CRMs at once (concurrency), or try later`,
  "55P03": (place) =>
    `${place}: a table is locked by another session, and lock_timeout passed: look for a long ALTER, VACUUM FULL or LOCK`,
  "57014": (place) =>
    `${place}: the query was cancelled at statement_timeout: ask for a shorter window, raise the limit, or create the index that \`automation-reports help performance\` shows`,
  "55000": (place, message) =>
    message.includes("populated")
      ? `${place}: ${message}. Fill it with REFRESH MATERIALIZED VIEW`
      : `${place}: ${message} (55000)`,
  "2F003": (place, message) =>
    `${place}: ${message}. The table is of a foreign server, which wants one of this role: ALTER USER MAPPING … OPTIONS (ADD password …)`,
  "42704": (place, message) =>
    message.includes("user mapping")
      ? `${place}: ${message}. The table is of a foreign server: CREATE USER MAPPING for this role`
      : `${place}: ${message} (42704)`,
  "25006": (place, message) =>
    `${place}: ${message}. A function or rule behind the table writes, and this program only reads: name a table or view that does not`,
  "25P03": (place, message) => endedBy(place, message, "idle_in_transaction_session_timeout"),
  "25P04": (place, message) => endedBy(place, message, "transaction_timeout"),
  "53100": (place, message) =>
    `${place}: ${message}. Make room on the server's disk, or create the index that \`automation-reports help performance\` shows`,
  "53200": (place, message) =>
    `${place}: ${message}. The server has too little memory: ask for a shorter window, or lower work_mem there`,
  "53400": (place, message) =>
    `${place}: ${message}. Raise that limit of the role (temp_file_limit), or create the index that \`automation-reports help performance\` shows`,
  "54001": (place, message) =>
    `${place}: ${message}. Raise max_stack_depth there, or read the table without the views and functions before it`,
  "57P04": (place) => `${place}: the database was dropped in mid-query: check the end of the connection URL`,
  "57P05": (place, message) => endedBy(place, message, "idle_session_timeout"),
  "58000": (place, message) => `${place}: ${message}. The server's machine failed it: look into the server's log`,
  "58030": (place, message) => `${place}: ${message}. The server's disk failed it: look into the server's log`,
  "58P01": (place, message) =>
    message.includes("access file")
      ? `${place}: ${message}. A library of session_preload_libraries, or of a function, is not on the server: ALTER ROLE or DATABASE … RESET session_preload_libraries, or install it`
      : `${place}: ${message}. A file of the server is gone: look into its log, and restore it from a backup`,
  XX001: (place, message) => `${place}: ${message}. The table is damaged: restore it from a backup`,
  XX002: (place, message) => `${place}: ${message}. An index is damaged: REINDEX the table`,
  "57P01": (place) =>
    `${place} was shut down in mid-query, or its administrator ended the session: try again when it is up`,
  "57P02": (place) => `${place} crashed in mid-query: try again when it is up`,
  "57P03": (place) => `${place} is starting up or shutting down: try again in a moment`,
  SQLITE_CANTOPEN: (place) =>
    `${place} cannot be opened: check the path and that this user may read it (a file in WAL mode also needs write access to its folder)`,
  SQLITE_NOTADB: (place) => `${place} is not an SQLite database: check the path`,
  SQLITE_CORRUPT: (place) => `${place} is damaged: restore it from a backup`,
  SQLITE_BUSY: (place) => `${place} is locked by a writer, and lock_timeout passed: try again`,
  SQLITE_ERROR: (place, message) => {
    if (/^no such (?:table|column)/.test(message))
      return `${place}: ${message}, which a view reads: correct or drop that view, or name another in table or rules_table`;
    if (/^no such (?:function|module|collation)/.test(message))
      return `${place}: ${message}, which only the program that writes the file has: name a view or table without it in table or rules_table`;
    return `${place}: ${message}. The table is not as the preset expects it: check preset and table`;
  },
  SQLITE_READONLY_ROLLBACK: (place) =>
    `${place} was left by a writer that was killed, and its journal beside it must be undone first: open it once as a user who may write it, such as with sqlite3 and a SELECT`,
  SQLITE_READONLY: (place) =>
    `${place} is in WAL mode, which a user who may not write beside it cannot read: use journal_mode=DELETE`,
};

/** A limit of the server on how long a session may last or rest. */
function endedBy(place: string, message: string, limit: string): string {
  return `${place}: ${message}: raise that limit for the role: ALTER ROLE … SET ${limit} = '1min'`;
}

/** SQLSTATE, system error and SQLite codes of what may be over in a minute: connections, restarts, locks, full pools. */
const PASSING =
  /^(?:E(?:CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH|NETUNREACH|PIPE|AI_AGAIN)|CONNECTION_\w+|57P0[123]|57014|08\w{3}|53\w{3}|55P03|40001|40P01|SQLITE_BUSY\w*)$/;

/** What is said of an answer that cannot be used where it is a warehouse's, and what to do then. */
export const NO_REPORT = "no report can be made of its answer";
export const CHECK_TABLE = "check preset, schema and table";

/**
 * Thrown where an answer is read that has another shape than was asked for. The engine's own words are about our code, and
 * may hold a value.
 */
const MISREAD: [ErrorConstructor, string][] = [
  [TypeError, "it has other parts than were asked for"],
  [RangeError, "a number or time in it is beyond all limits"],
  [SyntaxError, "a document in it is no JSON"],
];

/** A reason that goes on where the place ends. */
const SAYS_WHAT_IT_DOES = /^(?:is|has|asks|answers|does|offers|refuses) /;

const LONGEST_MESSAGE_BYTES = 2048;
/** Of several servers' reasons so many are told, and of those that say the same so many named. */
const FEW_HOSTS = 3;

/** SQLSTATE of a server that knows us and says no: others of the same target would say the same. */
export const REFUSED_AUTHORIZATION = /^(?:28|3D)/;

/** Whether trying again later may help: not where a password, a name or a table is wrong. */
export function mayPass(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.passing;
  if (error instanceof HostsFailure) {
    const causes = [...error.failures.values()];
    return causes.some(mayPass) && !causes.some((cause) => REFUSED_AUTHORIZATION.test(codeOf(cause)));
  }
  return PASSING.test(codeOf(error));
}

/** Whether a standby cancelled the query, at the last of the hosts or at any before. */
export function wasTakenBack(error: unknown): boolean {
  if (error instanceof HostsFailure) return [...error.failures.values()].some(wasTakenBack);
  return error instanceof Error && isConflict({ code: codeOf(error), message: error.message });
}

/** Whether the time was over while a server worked on the query, by our clock or by its own. */
export function wasStillRunning(error: unknown): boolean {
  if (error instanceof HostsFailure) return [...error.failures.values()].some(wasStillRunning);
  return error instanceof StillRunning || codeOf(error) === "57014";
}

/** How far a session had come when the time was over, at the worst of the target's servers. */
export function progressOf(error: unknown): Stage | "open" {
  const causes = error instanceof HostsFailure ? [...error.failures.values()] : [];
  const stages = new Set(causes.flatMap((cause) => (cause instanceof NoSession ? [cause.stage] : [])));
  const [stage = "open"] = stages;
  return stages.size > 1 ? "none" : stage;
}

/** A server that is none of the kind that was asked for. */
export function describeOtherSession(session: TargetSession): string {
  return `is not what target_session_attrs=${session} asks for: add such a server to the URL, or ask for any`;
}

/** One line; the caller removes secrets from it by value. `mask`: what may be shown of what the server says. */
export function describeFailure(error: unknown, target: Target, mask = (said: string) => said): string {
  if (error instanceof DescribedFailure) return error.message;
  if (error instanceof HostsFailure && target.kind === "postgres") {
    return describeHosts(
      [...error.failures].map(([host, cause]) => {
        const alone = { ...target, hosts: [host] };
        return { place: describeTarget(alone), text: describeFailure(cause, alone, mask) };
      }),
    );
  }
  const place = describeTarget(target);
  if (error instanceof DatabaseError)
    return `${place}${SAYS_WHAT_IT_DOES.test(error.message) ? "" : ":"} ${error.message}`;
  if (v.isValiError(error)) {
    const [issue] = error.issues;
    return `${place}: the answer is not as expected at ${v.getDotPath(issue) ?? "its root"}: are the table's columns of the right types? Check preset, schema and table`;
  }
  const code = codeOf(error);
  const ofRow = error instanceof Error ? describeRowError(error, code) : null;
  if (ofRow !== null) return oneLine(`${place}: ${ofRow}`);
  const message = cutMessage(mask(error instanceof Error ? error.message : String(error)));
  const inSession = error instanceof Error && "inSession" in error && error.inSession === true;
  // Whoever is in is not asked for a password: something in the query said so.
  if (inSession && REFUSED_AUTHORIZATION.test(code)) {
    return oneLine(
      `${place}: ${message} (${code}): a function behind the table, or a server that it reads from, says so`,
    );
  }
  if (code === "3D000" && target.kind === "postgres") {
    const name = JSON.stringify(target.database);
    return oneLine(`${place} has no database of the name ${name}: check the end of the connection URL`);
  }
  if (code === "28P01" && target.kind === "postgres" && target.hosts.every(({ password }) => password === null)) {
    const tried = target.noPassword === undefined ? "" : ` (${target.noPassword})`;
    return `${place} asks for a password, and there is none: add it to the URL, or to a password file of mode 0600${tried}`;
  }
  const words =
    (error instanceof Error ? findWords(error, code) : null) ??
    lookUp(REASONS, code) ??
    lookUp(REASONS, code.replace(/^(SQLITE_[A-Z]+)_.*/, "$1"));
  if (words !== undefined) return oneLine(words(place, message));
  const handshake = describeHandshake(error, code, message, target);
  if (handshake !== null) return oneLine(`${place}${handshake}`);
  const odd = error instanceof Error ? MISREAD.find(([kind]) => error instanceof kind) : undefined;
  if (odd !== undefined) return `${place}: ${NO_REPORT} (${odd[1]}): ${CHECK_TABLE}`;
  return oneLine(`${place}: ${message || code || "unknown failure"}${code === "" ? "" : ` (${code})`}`);
}

/** What several say is told once, with some of their names. The last one speaks for all where it refuses us. */
function describeHosts(each: { place: string; text: string }[]): string {
  const alike = [...Map.groupBy(each, ({ place, text }) => text.replaceAll(place, "")).values()];
  const shown = alike.length <= FEW_HOSTS ? alike : [...alike.slice(0, FEW_HOSTS - 1), ...alike.slice(-1)];
  const left = each.length - shown.reduce((sum, hosts) => sum + hosts.length, 0);
  const parts = shown.flatMap(([first, ...others]) => {
    const names = [...new Set(others.map(({ place }) => place))].filter((place) => place !== first?.place);
    return [first?.text ?? "", ...(names.length === 0 ? [] : [`the same of ${listNames(names, FEW_HOSTS)}`])];
  });
  return [...parts, ...(left > 0 ? [`and ${formatCount(left)} more hosts`] : [])].join("; ");
}

/** SQLSTATE, system error or SQLite code; of several servers' answers the last one. Empty where there is none. */
export function codeOf(error: unknown): string {
  if (error instanceof HostsFailure) return codeOf([...error.failures.values()].at(-1));
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Codes come from servers: `constructor` is none of ours. */
export function lookUp<T>(table: Record<string, T>, code: string): T | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}

/** At most 2 kB of what a server said. */
function cutMessage(message: string): string {
  const { read } = new TextEncoder().encodeInto(message, new Uint8Array(LONGEST_MESSAGE_BYTES));
  return read < message.length ? `${message.slice(0, read)}…` : message;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
