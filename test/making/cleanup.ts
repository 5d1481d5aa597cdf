/** Preloaded by `bun test`: one temporary directory for all, gone with the servers when the tests end. */
import { afterAll } from "bun:test";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopAllServers } from "./postgres-server.ts";

const directory = mkdtempSync(join(tmpdir(), "ar-test-"));
// PostgreSQL runs as another user where the tests run as root.
chmodSync(directory, 0o755);
process.env["TMPDIR"] = directory;

afterAll(async () => {
  await stopAllServers();
  rmSync(directory, { recursive: true, force: true });
});
