/** How `serve` answers: `[serve]`. */
import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import type * as v from "valibot";
import { isNoPath, LOOKS_LIKE_URL } from "../text/typed-path.ts";
import { readTokens } from "./read-tokens.ts";
import type { Reading } from "./reading.ts";
import type { Listen, ServeConfig } from "./schema.ts";
import type { serveSchema } from "./sections/serve.ts";

const UNIX = "unix:";
const MOST_PORTS = 65_535;
/** sun_path of unix(7), with its end. */
const LONGEST_SOCKET = 107;
/** A name of the DNS, without a port. */
const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** Null where a problem was said. */
export function readServe(section: v.InferOutput<typeof serveSchema>, reading: Reading): ServeConfig | null {
  const say = (key: string, message: string) => {
    reading.problems.push({ path: ["serve", key], message });
    return null;
  };
  const listen = readListen(section.listen, dirname(reading.path));
  if (typeof listen === "string") return say("listen", listen);
  const hosts = section.hosts.map((host) => host.toLowerCase());
  if (!hosts.every((host) => HOST.test(host))) {
    return say("hosts", "hosts must be names such as reports.example.com, without scheme and port");
  }
  const { token_file: file } = section;
  if (file === undefined && !section.behind_proxy && !isPrivate(listen)) {
    return say(
      "listen",
      "listen is an address that other machines reach, and nobody would be asked for a token: " +
        "add token_file, or listen on 127.0.0.1, or set behind_proxy = true where a proxy asks who it is",
    );
  }
  const tokens = file === undefined ? null : reading.purpose === "serve" ? readTokens(file, reading) : [];
  if (typeof tokens === "string") return say("token_file", `token_file ${tokens}`);
  return {
    listen,
    basePath: section.base_path ?? "",
    hosts,
    behindProxy: section.behind_proxy,
    tokens,
    minIntervalMs: section.min_interval,
    ruleSeries: section.rule_series,
  };
}

/** Text: what is wrong with it. */
function readListen(text: string, folder: string): Listen | string {
  if (text.startsWith(UNIX)) {
    const path = resolve(folder, text.slice(UNIX.length));
    if (isNoPath(text.slice(UNIX.length))) return `listen: unix: ${LOOKS_LIKE_URL}`;
    if (text === UNIX) return "listen names no socket: write unix:PATH";
    if (text.startsWith(`${UNIX}@`)) return "listen: an abstract socket is not listened on: write unix:PATH";
    return Buffer.byteLength(path) > LONGEST_SOCKET
      ? `listen: the path of a Unix socket has at most ${LONGEST_SOCKET} bytes: choose a shorter one`
      : { kind: "unix", path };
  }
  const [, bracketed, plain, digits = ""] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const hostname = bracketed ?? (plain === "localhost" ? "127.0.0.1" : (plain ?? ""));
  const port = Number(digits);
  const family = isIP(hostname);
  const isAddress = bracketed === undefined ? family === 4 : family === 6;
  return isAddress && digits !== "" && port <= MOST_PORTS
    ? { kind: "tcp", hostname, port }
    : "listen must be ADDRESS:PORT such as 127.0.0.1:8787, [IPv6]:PORT such as [::1]:8787, or unix:PATH";
}

/** Whether only this machine reaches it. */
function isPrivate(listen: Listen): boolean {
  return listen.kind === "unix" || listen.hostname === "::1" || listen.hostname.startsWith("127.");
}
