/** Two network namespaces of the test's own, joined by one cable that can be pulled out. Needs root. */
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PASSWORD, startPostgres, type PostgresServer } from "./postgres-server.ts";

export type Cable = AsyncDisposable & {
  /** At one end: reached by TCP through the cable, and by its socket without it. */
  server: PostgresServer;
  /** As the other end sees it. */
  url: (database: string) => string;
  /** Put before a command that is to run at the other end. */
  here: string[];
  pull: () => void;
  plugIn: () => void;
};

const SERVER_ADDRESS = "10.231.7.1";
const READER_ADDRESS = "10.231.7.2";

/** False without root, without ip(8), and in a container that may not. */
export const canMakeNamespaces =
  process.getuid?.() === 0 &&
  Bun.which("ip") !== null &&
  Bun.spawnSync(["unshare", "--net", "ip", "link", "show", "lo"]).success;

let cables = 0;

export async function layCable(): Promise<Cable> {
  cables += 1;
  const name = `ar-${process.pid}-${cables}`;
  const [there, here] = [`${name}-s`, `${name}-r`];
  for (const namespace of [there, here]) ip("netns", "add", namespace);
  // The names of the two ends are only seen inside their namespaces.
  ip("-n", there, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", here);
  for (const [namespace, address] of [
    [there, SERVER_ADDRESS],
    [here, READER_ADDRESS],
  ] as const) {
    ip("-n", namespace, "address", "add", `${address}/24`, "dev", "cable");
    ip("-n", namespace, "link", "set", "cable", "up");
    ip("-n", namespace, "link", "set", "lo", "up");
  }
  const enter = (namespace: string) => ["nsenter", `--net=/run/netns/${namespace}`];
  const server = await startPostgres(
    undefined,
    { listen_addresses: SERVER_ADDRESS, hba_file: writeAccessRules() },
    enter(there),
  );
  return {
    server,
    url: (database) =>
      `postgresql://owner:${encodeURIComponent(PASSWORD)}@${SERVER_ADDRESS}:${server.port}/${database}`,
    here: enter(here),
    pull: () => ip("-n", there, "link", "set", "cable", "down"),
    plugIn: () => ip("-n", there, "link", "set", "cable", "up"),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      for (const namespace of [there, here]) ip("netns", "delete", namespace);
    },
  };
}

function writeAccessRules(): string {
  const directory = mkdtempSync(join(tmpdir(), "automation-reports-hba-"));
  const path = join(directory, "pg_hba.conf");
  writeFileSync(path, "local all all trust\nhost all all 10.231.7.0/24 scram-sha-256\n");
  chmodSync(directory, 0o755);
  return path;
}

function ip(...args: string[]): void {
  const { success, stderr } = Bun.spawnSync(["ip", ...args], { stdout: "ignore", stderr: "pipe" });
  if (!success) throw new Error(`ip ${args.join(" ")}: ${stderr.toString()}`);
}
