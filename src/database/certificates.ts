/** Whom we trust and who we are, from the files libpq would use (PostgreSQL documentation, 34.19.1 and 34.19.2). */
import { existsSync, statSync, type Stats } from "node:fs";
import { join } from "node:path";
import { describeReadFailure, LARGE_BYTES, readPlainFile, SMALL_BYTES } from "../files/plain.ts";
import type { PostgresTarget } from "./target.ts";
import { DatabaseError } from "./failure.ts";

/** `none`: nothing is verified. `system`: the authorities that this executable brings along. */
export type Trust = { kind: "none" } | { kind: "system" } | { kind: "roots"; roots: string };

const READABLE_BY_OTHERS = 0o077;
/** A key that root owns may be readable by its group. */
const READABLE_BY_ALL = 0o037;

/** Throws a `DatabaseError` where a mode that verifies has no roots to verify against. */
export function readTrust({ sslMode, sslRootCert }: PostgresTarget, home: string): Trust {
  if (sslRootCert === "system") return { kind: "system" };
  const path = sslRootCert ?? inHome(home, "root.crt");
  if (!sslMode.startsWith("verify-") && !existsSync(path)) return { kind: "none" };
  // libpq would obey it; what we cannot check, we do not pass over.
  const revoked = inHome(home, "root.crl");
  if (existsSync(revoked)) throw new DatabaseError(`${revoked} lists revoked certificates, which cannot be checked`);
  try {
    return { kind: "roots", roots: readPlainFile(path, LARGE_BYTES) };
  } catch (error) {
    const why = describeReadFailure(error);
    throw new DatabaseError(
      `sslmode=${sslMode} needs the certificate authority, and ${path} cannot be read: name it with sslrootcert= (${why})`,
    );
  }
}

/** The client's certificate and key, sent only if the server asks; nothing where there is no certificate. */
export function readIdentity(
  { sslCert, sslKey, sslPassword }: PostgresTarget,
  home: string,
): { cert?: string; key?: string; passphrase?: string } {
  const certificate = sslCert ?? inHome(home, "postgresql.crt");
  if (sslCert === null && !existsSync(certificate)) return {};
  const key = sslKey ?? inHome(home, "postgresql.key");
  const stats = lookAt(key);
  if (stats !== undefined && (stats.mode & (stats.uid === 0 ? READABLE_BY_ALL : READABLE_BY_OTHERS)) !== 0) {
    throw new DatabaseError(`the key ${key} may be read by others: chmod 600 ${key}`);
  }
  return {
    cert: readNamed(certificate, "sslcert"),
    key: readNamed(key, "sslkey"),
    ...(sslPassword === null ? {} : { passphrase: sslPassword }),
  };
}

/** Undefined also where a directory before it may not be entered: to read it will tell so. */
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function readNamed(path: string, parameter: string): string {
  try {
    return readPlainFile(path, SMALL_BYTES);
  } catch (error) {
    const why = describeReadFailure(error);
    throw new DatabaseError(`${path} cannot be read: check ${parameter}= and the file's permissions (${why})`);
  }
}

function inHome(home: string, file: string): string {
  return join(home, ".postgresql", file);
}
