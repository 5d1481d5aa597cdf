/** Certificates of authorities that exist only for a test, made by openssl(1). */
import { chmodSync, chownSync, copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const NOBODY = 65_534;

export type Authority = {
  /** Its certificate. */
  path: string;
  /** The paths of a certificate for that subject and of its key, the key readable by its owner alone. */
  issue: (subject: string, options?: { names?: string; expired?: boolean; server?: boolean }) => Pair;
};

type Pair = { certificate: string; key: string };

export function createAuthority(name: string): Authority {
  const directory = mkdtempSync(join(tmpdir(), `automation-reports-${name}-`));
  chmodSync(directory, 0o755);
  const run = (...args: string[]) => openssl(directory, args);
  run("req", "-x509", ...NEW_KEY, "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", "-subj", `/CN=${name}`);
  writeFileSync(join(directory, "index.txt"), "");
  writeFileSync(
    join(directory, "ca.cnf"),
    "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nrand_serial=yes\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n" +
      "unique_subject=no\ncopy_extensions=copy\n[p]\ncommonName=supplied\n",
  );
  let issued = 0;
  return {
    path: join(directory, "ca.pem"),
    issue: (subject, { names, expired = false, server = false } = {}) => {
      issued += 1;
      const [certificate, key, request] = [`${issued}.pem`, `${issued}.key`, `${issued}.csr`];
      const extension = names === undefined ? [] : ["-addext", `subjectAltName=${names}`];
      run("req", ...NEW_KEY, "-keyout", key, "-out", request, "-subj", `/CN=${subject}`, ...extension);
      const dates = expired ? ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"] : ["-days", "2"];
      const signing = ["ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-notext"];
      run(...signing, ...dates, "-in", request, "-out", certificate);
      if (server) for (const file of [certificate, key]) giveToServer(join(directory, file));
      chmodSync(join(directory, key), 0o600);
      return { certificate: join(directory, certificate), key: join(directory, key) };
    },
  };
}

const NEW_KEY = ["-newkey", "rsa:2048", "-nodes"];

/** PostgreSQL runs as another user where the tests run as root, and reads only what is its own. */
function giveToServer(path: string): void {
  if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
}

/** The same key behind a passphrase. */
export function encryptKey(key: string, passphrase: string): string {
  const encrypted = `${key}.encrypted`;
  copyFileSync(key, encrypted);
  openssl(tmpdir(), ["rsa", "-aes256", "-in", key, "-out", encrypted, "-passout", `pass:${passphrase}`]);
  chmodSync(encrypted, 0o600);
  return encrypted;
}

function openssl(cwd: string, args: string[]): void {
  const made = Bun.spawnSync(["openssl", ...args], { cwd, stderr: "pipe", stdout: "ignore" });
  if (!made.success) throw new Error(`openssl ${args.join(" ")}: ${made.stderr.toString()}`);
}
