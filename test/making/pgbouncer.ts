/** A real PgBouncer in transaction mode before a PostgreSQL of the tests; refuses root, so it runs as nobody there. */
import { chmodSync, chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, PASSWORD, type PostgresServer } from "./postgres-server.ts";

const NOBODY = 65_534;

export const PGBOUNCER = Bun.which("pgbouncer", { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin` });

export type Pooler = { url: (database: string) => string; stop: () => Promise<void> };

/** `serverConnections`: how many connections to the server it may have. */
export async function startPgBouncer(server: PostgresServer, serverConnections: number): Promise<Pooler> {
  const directory = mkdtempSync(join(tmpdir(), "automation-reports-pgbouncer-"));
  const port = freePort();
  writeFileSync(join(directory, "users.txt"), `"owner" "${PASSWORD}"\n`);
  writeFileSync(
    join(directory, "pgbouncer.ini"),
    `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\n` +
      `auth_type = scram-sha-256\nauth_file = ${directory}/users.txt\npool_mode = transaction\nmax_client_conn = 300\n` +
      `default_pool_size = ${serverConnections}\nunix_socket_dir =\nlogfile = ${directory}/log\npidfile = ${directory}/pid\n`,
  );
  const isRoot = process.getuid?.() === 0;
  chmodSync(directory, 0o755);
  if (isRoot) {
    for (const path of [directory, join(directory, "users.txt"), join(directory, "pgbouncer.ini")])
      chownSync(path, NOBODY, NOBODY);
  }
  const command = [PGBOUNCER ?? "pgbouncer", "-q", join(directory, "pgbouncer.ini")];
  const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"];
  const child = Bun.spawn(isRoot ? [...asNobody, ...command] : command, { stdout: "ignore", stderr: "ignore" });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error("pgbouncer ended before it was ready");
    await Bun.sleep(10);
  }
  return {
    url: (database) => `postgresql://owner:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  try {
    (await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } })).end();
    return true;
  } catch {
    return false;
  }
}
