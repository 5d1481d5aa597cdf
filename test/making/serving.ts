/** The compiled executable as a server, on a port of its own. */
import { expect } from "bun:test";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { directoryWith } from "./cli.ts";
import { until } from "./faults.ts";
import { launch, readLog } from "./scheduler.ts";

export type Served = {
  child: ReturnType<typeof launch>;
  /** Such as `http://127.0.0.1:40123`. */
  url: string;
  cwd: string;
  /** What it has said so far on stderr. */
  said: () => string;
  ask: (path: string, init?: RequestInit & { unix?: string }) => Promise<Response>;
  /** SIGTERM, and how it ended. */
  stop: () => Promise<{ code: number; seconds: number }>;
};

const LISTENING = /serving at=(\S+)/;

/** No CRM of it can be read, which serving does not mind. */
export const DEAD_CRM = '[crm.hubspot]\nurl = "sqlite:nowhere.sqlite"\n';
/** No slot is due for a long time. */
const RARELY = '[[schedule]]\nname = "rarely"\ncron = "0 0 1 1 *"\n';

/** `section`: the lines of `[serve]`; without `listen` a free port of 127.0.0.1 is taken. */
export function installServer(section = "", { crms = DEAD_CRM, schedule = RARELY } = {}): string {
  const listen = section.includes("listen") ? "" : 'listen = "127.0.0.1:0"\n';
  return directoryWith(`[serve]\n${listen}${section}\n[store]\npath = "state/reports.sqlite"\n${schedule}\n${crms}`);
}

/** `lines` such as `ops read,run TOKEN`. */
export function writeTokens(cwd: string, lines: string[], mode = 0o600): void {
  writeFileSync(join(cwd, "tokens"), `${lines.join("\n")}\n`, { mode });
}

/** Started in that directory, and listening. `killLaunched` ends it, should it still run after its test. */
export async function startServer(cwd: string, args: string[] = ["serve"]): Promise<Served> {
  const child = launch(args, { cwd, takesOwnMemory: true });
  const log = readLog(child);
  await until(() => LISTENING.test(log.text()) || child.exitCode !== null);
  const place = LISTENING.exec(log.text())?.[1];
  if (place === undefined) throw new Error(`it does not listen: ${log.text()}`);
  const url = place.startsWith("unix:") ? "http://localhost" : place;
  return {
    child,
    url,
    cwd,
    said: log.text,
    ask: async (path, init = {}) => await fetch(`${url}${path}`, { redirect: "manual", ...init }),
    stop: async () => {
      const begun = performance.now();
      child.kill("SIGTERM");
      const code = await child.exited;
      return { code, seconds: (performance.now() - begun) / 1000 };
    },
  };
}

/** What comes back for those bytes, until the other end closes or nothing comes for so long. */
export async function sendRaw(url: string, bytes: string, quietMs = 1000): Promise<string> {
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = "";
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setTimeout(quietMs, () => socket.destroy());
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
  socket.on("error", () => socket.destroy());
  socket.on("close", () => resolve(answer));
  socket.write(bytes, "latin1");
  return await promise;
}

/** A problem document and nothing that says where or how the server runs. */
export async function expectProblem(response: Response, status: number): Promise<{ detail: string }> {
  const text = await response.text();
  expect([response.status, response.headers.get("content-type"), text]).toEqual([
    status,
    "application/problem+json",
    expect.any(String) as string,
  ]);
  const document = JSON.parse(text) as { type: string; title: string; status: number; detail: string };
  expect(document).toMatchObject({ type: "about:blank", status });
  expect(text).not.toMatch(/\/(?:tmp|root|home|\$bunfs)\b|\bat .*:\d+/);
  return document;
}
