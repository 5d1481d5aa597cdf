/** The server itself: is it new enough, whom do we talk to, what may we do. */
import { formatDuration } from "../text/figures.ts";
import type { FoundTables, PostgresFacts } from "../warehouse/facts.ts";
import { formatMs } from "../text/figures.ts";
import type { Judged, Judgement } from "./judged.ts";

const OLDEST_SERVER = 140_000;
const MOST_CLOCK_DIFFERENCE_MS = 5000;
const MOST_REPLAY_SECONDS = 300;

export function judgeServer(facts: PostgresFacts, found: FoundTables | null): Judgement[] {
  return [
    ["server", [judgeVersion(facts)]],
    ["tls", [judgeTls(facts)]],
    ["clock", [judgeClock(facts), ...judgeZone(facts)]],
    ["rights", judgeRights(facts, found)],
  ];
}

function judgeVersion({ version, versionNumber, standby }: PostgresFacts): Judged {
  const evidence = { version, standby: standby !== null, replay_seconds: standby?.replaySeconds ?? null };
  if (versionNumber < OLDEST_SERVER) {
    return {
      status: "error",
      message: `PostgreSQL ${version}`,
      advice: "14 or newer is needed: upgrade the server",
      evidence,
    };
  }
  const behind = standby?.replaySeconds ?? 0;
  if (behind > MOST_REPLAY_SECONDS) {
    const message = `PostgreSQL ${version}, a standby ${formatDuration(behind)} behind its primary: newer runs are in no report`;
    return {
      status: "warn",
      message,
      advice: "look at its replication, or add target_session_attrs=primary to the URL",
      evidence,
    };
  }
  return { status: "ok", message: `PostgreSQL ${version}${standby === null ? "" : ", a standby"}`, evidence };
}

function judgeTls({ tls: { protocol, verified, needed } }: PostgresFacts): Judged {
  const evidence = { protocol, verified };
  if (protocol === null) {
    return needed
      ? {
          status: "warn",
          message: "not encrypted: password and rows cross the network readable",
          advice: "add sslmode=verify-full and sslrootcert=FILE to the URL",
          evidence,
        }
      : { status: "ok", message: "not encrypted, and never leaves this machine", evidence };
  }
  if (verified === "nothing") {
    return {
      status: needed ? "warn" : "ok",
      message: `${protocol}, but nobody verified whose certificate it is`,
      advice: needed ? "add sslmode=verify-full and sslrootcert=FILE to the URL" : null,
      evidence,
    };
  }
  return { status: "ok", message: `${protocol}, ${verified} verified`, evidence };
}

function judgeClock({ clockDifferenceMs }: PostgresFacts): Judged {
  const seconds = Math.abs(clockDifferenceMs) / 1000;
  const evidence = { difference_seconds: clockDifferenceMs / 1000 };
  if (Math.abs(clockDifferenceMs) <= MOST_CLOCK_DIFFERENCE_MS) {
    return { status: "ok", message: `the clocks agree to ${formatMs(Math.abs(clockDifferenceMs))}`, evidence };
  }
  const side = clockDifferenceMs > 0 ? "ahead of" : "behind";
  return {
    status: "warn",
    message: `the server's clock is ${formatDuration(seconds)} ${side} this machine's: the newest runs fall out of windows or look late`,
    advice: "let both synchronise their clocks",
    evidence,
  };
}

function judgeZone({ assumedZone }: PostgresFacts): Judged[] {
  if (assumedZone === null) return [];
  return [
    {
      status: "warn",
      message: `times have no zone and are read as UTC, and the server's zone is ${assumedZone}`,
      advice: `set timezone = "${assumedZone}" for this CRM if its syncs write local time, else timezone = "UTC"`,
      evidence: { zone: assumedZone },
    },
  ];
}

function judgeRights({ role }: PostgresFacts, found: FoundTables | null): Judged[] {
  const tables = found === null ? [] : [found.actions, ...(found.rules === null ? [] : [found.rules])];
  const unreadable = tables.filter(({ readable }) => !readable).map(({ name }) => name);
  const writable = tables.filter(({ writes }) => writes.length > 0).map(({ name }) => name);
  const quoted = `"${role.name.replaceAll('"', '""')}"`;
  // Without the rules a report is made all the same.
  const status = found?.actions.readable === true ? "warn" : "error";
  const denied = unreadable.map((name): Judged => ({
    status,
    message: `${role.name} may not read ${name}`,
    advice: writeGrants(name, quoted),
    evidence: { table: name },
  }));
  if (role.superuser) {
    const advice = "use a role of its own that has nothing but SELECT (automation-reports help security)";
    return [...denied, { status: "warn", message: `${role.name} is a superuser and may do anything`, advice }];
  }
  if (writable.length > 0) {
    const message = `${role.name} may write to ${writable.join(" and ")}; a report never does`;
    const advice = `REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ${writable.join(", ")} FROM ${quoted}`;
    return [...denied, { status: "warn", message, advice, evidence: { tables: writable } }];
  }
  if (denied.length > 0 || tables.length === 0 || tables.some(({ refused }) => refused)) return denied;
  return [{ status: "ok", message: `${role.name} may read and cannot write`, evidence: { role: role.name } }];
}

/** Statements to be pasted. `name`, `role`: as SQL writes them. */
function writeGrants(name: string, role: string): string {
  const [schema] = /^"(?:[^"]|"")*"(?=\.)/.exec(name) ?? [];
  const usage = schema === undefined ? [] : [`GRANT USAGE ON SCHEMA ${schema} TO ${role};`];
  return [...usage, `GRANT SELECT ON ${name} TO ${role};`].join("\n");
}
