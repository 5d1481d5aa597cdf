/** Whom we trust and who we are, from the files libpq would use (PostgreSQL documentation, 34.19.1 and 34.19.2). */
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { existsSync, statSync, type Stats } from "node:fs";
import { join } from "node:path";
import { describeReadFailure, LARGE_BYTES, readPlainFile, SMALL_BYTES } from "../files/plain.ts";
import type { PostgresTarget } from "./target.ts";
import { codeOf, DatabaseError } from "./failure.ts";

/** `none`: nothing is verified. `system`: the authorities that this executable brings along. */
export type Trust = { kind: "none" } | { kind: "system" } | { kind: "roots"; roots: string };

const READABLE_BY_OTHERS = 0o077;
/** A key that root owns may be readable by its group. */
const READABLE_BY_ALL = 0o037;

/** How a certificate in DER begins, read as UTF-8: its first length is no letter. */
const DER = /^0\ufffd/;
const KEY = /^-----BEGIN (?:\w+ )?PRIVATE KEY-----/m;
/** In the first line of a key (RFC 5958), or in the lines after it (RFC 1421). */
const ENCRYPTED = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;
/** The codes of BoringSSL for ciphers that it does not have. */
const UNSUPPORTED = /UNSUPPORTED|UNKNOWN/;

/** Throws a `DatabaseError` where a mode that verifies has no roots to verify against. */
export function readTrust({ sslMode, sslRootCert }: PostgresTarget, home: string): Trust {
  if (sslRootCert === "system") return { kind: "system" };
  const path = sslRootCert ?? inHome(home, "root.crt");
  if (!sslMode.startsWith("verify-") && !existsSync(path)) return { kind: "none" };
  // libpq would obey it; what we cannot check, we do not pass over.
  const revoked = inHome(home, "root.crl");
  if (existsSync(revoked)) throw new DatabaseError(`${revoked} lists revoked certificates, which cannot be checked`);
  const roots = readRoots(path, sslMode);
  // Without a certificate in them every public authority would be trusted.
  readCertificate(roots, path, "sslrootcert");
  return { kind: "roots", roots };
}

function readRoots(path: string, sslMode: string): string {
  try {
    return readPlainFile(path, LARGE_BYTES);
  } catch (error) {
    const why = describeReadFailure(error);
    throw new DatabaseError(
      `sslmode=${sslMode} needs the certificate authority, and ${path} cannot be read: name it with sslrootcert= (${why})`,
    );
  }
}

/**
 * The client's certificate and key, sent only if the server asks; nothing where there is no certificate. Throws a
 * `DatabaseError` where they cannot be used together.
 */
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
  const identity = {
    cert: readNamed(certificate, "sslcert"),
    key: readNamed(key, "sslkey"),
    ...(sslPassword === null ? {} : { passphrase: sslPassword }),
  };
  const owner = readCertificate(identity.cert, certificate, "sslcert");
  if (!owner.checkPrivateKey(readKey(identity.key, key, sslPassword ?? ""))) {
    throw new DatabaseError(
      `the key ${key} does not belong to the certificate ${certificate}: check sslkey= and sslcert=`,
    );
  }
  return identity;
}

/** The first of a file. A text that holds none would count as no file at all. */
function readCertificate(text: string, path: string, parameter: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    const advice = DER.test(text)
      ? `it looks like DER, so convert it with openssl x509 -in ${path} -out NEW.pem`
      : `check ${parameter}=`;
    throw new DatabaseError(`${path} holds no certificate in PEM form (BEGIN CERTIFICATE): ${advice}`);
  }
}

function readKey(text: string, path: string, passphrase: string): KeyObject {
  const isEncrypted = ENCRYPTED.test(text);
  if (isEncrypted && passphrase === "") {
    throw new DatabaseError(`the key ${path} needs its passphrase: name it with sslpassword=`);
  }
  try {
    return createPrivateKey({ key: text, passphrase });
  } catch (error) {
    if (isEncrypted && UNSUPPORTED.test(codeOf(error)))
      throw new DatabaseError(
        `the key ${path} is encrypted in a way that is not supported: openssl pkcs8 -topk8 -v2 aes256 -in ${path} -out NEW.key`,
      );
    if (isEncrypted) throw new DatabaseError(`sslpassword= is not the passphrase of the key ${path}, or it is damaged`);
    if (KEY.test(text)) throw new DatabaseError(`the key ${path} cannot be used (${codeOf(error)}): check sslkey=`);
    throw new DatabaseError(`${path} holds no private key in PEM form (BEGIN PRIVATE KEY): check sslkey=`);
  }
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
