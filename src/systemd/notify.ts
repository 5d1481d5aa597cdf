/**
 * sd_notify(3): tells systemd how the daemon is. libc sends the messages, because neither Bun nor Node can send a datagram to a
 * Unix socket. No message has an answer. A message that cannot be handed over at once is dropped.
 */
import { dlopen } from "bun:ffi";
import { showText } from "../text/terminal.ts";

/** What the environment says: `$NOTIFY_SOCKET`, `$WATCHDOG_USEC` and `$WATCHDOG_PID`. */
export type NotifyVariables = {
  socket: string | undefined;
  watchdogUsec: string | undefined;
  watchdogPid: string | undefined;
};

/** Each call returns whether its message was handed over, which is never so where systemd waits for none. */
export type Notifier = {
  /** Why systemd cannot be told what it waits for; null where it can, or waits for nothing. */
  problem: string | null;
  ready: () => boolean;
  /** One line that `systemctl status` shows. */
  status: (text: string) => boolean;
  /** To be followed by `ready` when the new configuration is in force. */
  reloading: () => boolean;
  stopping: () => boolean;
  watchdog: () => boolean;
  /** How often to call `watchdog`: half of the time that systemd waits; null where it does not wait. */
  watchdogEveryMs: number | null;
};

const STATUS_LENGTH = 500;

export function createNotifier(variables: NotifyVariables): Notifier {
  const channel = openChannel(variables.socket ?? "");
  const send = (...lines: string[]) => channel.kind === "open" && channel.send(lines.join("\n"));
  return {
    problem: channel.kind === "unusable" ? channel.problem : null,
    ready: () => send("READY=1"),
    status: (text) => send(`STATUS=${showText(text).slice(0, STATUS_LENGTH).toWellFormed()}`),
    reloading: () =>
      channel.kind === "open" && send("RELOADING=1", `MONOTONIC_USEC=${channel.readMonotonicMicroseconds()}`),
    stopping: () => send("STOPPING=1"),
    watchdog: () => send("WATCHDOG=1"),
    watchdogEveryMs: channel.kind === "open" ? readWatchdog(variables) : null,
  };
}

type Channel =
  | { kind: "silent" }
  | { kind: "unusable"; problem: string }
  | { kind: "open"; send: (message: string) => boolean; readMonotonicMicroseconds: () => bigint };

/** glibc, then musl on each architecture there is an executable for. */
const LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];
const SYMBOLS = {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  sendto: { args: ["i32", "buffer", "usize", "i32", "buffer", "u32"], returns: "i64" },
  close: { args: ["i32"], returns: "i32" },
  clock_gettime: { args: ["i32", "buffer"], returns: "i32" },
} as const;

/** Linux's numbers, the same on x86-64 and arm64. */
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const CLOCK_MONOTONIC = 1;
const LONGEST_NAME = 108;

function openChannel(name: string): Channel {
  if (name === "") return { kind: "silent" };
  const address = encodeAddress(name);
  if (address === null) {
    return { kind: "unusable", problem: "NOTIFY_SOCKET names no Unix socket: write an absolute path, or @name" };
  }
  const libc = openLibrary();
  if (libc === null) {
    return {
      kind: "unusable",
      problem: "libc cannot be called, so systemd is told nothing: leave MemoryDenyWriteExecute= out of the unit",
    };
  }
  return {
    kind: "open",
    send: (message) => {
      const descriptor = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (descriptor < 0) return false;
      const bytes = Buffer.from(message);
      const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
      const sent = libc.sendto(descriptor, bytes, bytes.length, flags, address, address.length);
      libc.close(descriptor);
      return Number(sent) === bytes.length;
    },
    readMonotonicMicroseconds: () => {
      const time = new BigInt64Array(2);
      libc.clock_gettime(CLOCK_MONOTONIC, time);
      const [seconds = 0n, nanoseconds = 0n] = time;
      return seconds * 1_000_000n + nanoseconds / 1000n;
    },
  };
}

function openLibrary() {
  for (const library of LIBRARIES) {
    try {
      return dlopen(library, SYMBOLS).symbols;
    } catch {
      continue;
    }
  }
  return null;
}

/** struct sockaddr_un, little-endian. An abstract name is written with @, begins with a zero byte and ends with its length. */
function encodeAddress(name: string): Buffer | null {
  const path = Buffer.from(name.startsWith("@") ? `\0${name.slice(1)}` : `${name}\0`);
  if (!/^[@/]./s.test(name) || name.includes("\0") || path.length > LONGEST_NAME) return null;
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, path]);
}

/** sd_watchdog_enabled(3): the interval is for the named process, or for every process where none is named. */
function readWatchdog({ watchdogUsec, watchdogPid }: NotifyVariables): number | null {
  if (watchdogPid !== undefined && watchdogPid !== String(process.pid)) return null;
  const waitsMs = Number(watchdogUsec) / 1000;
  return waitsMs > 0 ? Math.max(1, Math.floor(waitsMs / 2)) : null;
}
