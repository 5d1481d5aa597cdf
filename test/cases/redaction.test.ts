/** Secrets that services print into their errors are shown nowhere; what is no secret stays readable. */
import { describe, expect, test } from "bun:test";
import { randomBytes, randomUUID } from "node:crypto";
import { ask, at, cron, ENGINES, interval, makeWarehouse } from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { run } from "../making/warehouses.ts";

const letters = (n: number) => randomBytes(n).toString("hex").slice(0, n);
const pw = () => `Kx7${letters(9)}`;

/** A message for a made-up secret. */
const MESSAGES: Record<string, (secret: string) => string> = {
  "curl -u": (secret) => `command failed: curl -u admin:${secret} https://api.example.com`,
  "mysql -p": (secret) => `mysqldump -u sync -p${secret} crm: Access denied`,
  "--db-pass": (secret) => `exit 1: sync --db-user x --db-pass ${secret} --once`,
  sshpass: (secret) => `sshpass -p ${secret} sftp host: timeout`,
  Oracle: (secret) => `sqlplus sync/${secret}@ORCL: ORA-01017`,
  "DB_PASS=": (secret) => `env: DB_PASS=${secret} HOME=/root`,
  "SMTP_PW=": (secret) => `SMTP_PW=${secret}: authentication rejected`,
  "a tuple": (secret) => `HTTPError: requests.get(url, auth=('sync', '${secret}'))`,
  "a URL-encoded body": (secret) => `POST body=%7B%22password%22%3A%22${secret}%22%7D: 400`,
  "an HTML-encoded body": (secret) => `400: {&quot;password&quot;:&quot;${secret}&quot;}`,
  German: (secret) => `Anmeldung fehlgeschlagen, Passwort: ${secret}`,
  French: (secret) => `échec, mot de passe : ${secret}`,
  Spanish: (secret) => `error, contraseña=${secret}`,
  pgpass: (secret) => `db.example.com:5432:crm:sync:${secret}`,
  netrc: (secret) => `machine api.example.com login sync password ${secret}`,
  "a connection URL": (secret) => `could not connect: postgres://sync:${secret}@db.example.com/crm`,
  bearer: (secret) => `401: Authorization: Bearer ${secret}`,
};

const READABLE = [
  "Missing required key: hs_object_id",
  "Primary key: hs_object_id is missing from response",
  "Sort key: updated_at not found",
  "tokenizer: unexpected token } in JSON at position 18",
  "auth: failed",
  "Process killed, sig: 9 (SIGKILL)",
];

function failures(errors: string[]) {
  return errors.map((error, index) =>
    run({ rule: `r${index}`, start: at("07-10 20:00"), end: at("07-10 20:01"), status: "failed", error }),
  );
}

describe.each(ENGINES)("%s", (engine) => {
  test("secrets-of-known-services: none of the made-up values is shown", async () => {
    const secrets = Object.entries(MESSAGES).map(([name, write]) => {
      const secret = pw();
      return { name, secret, message: write(secret) };
    });
    const own = [
      {
        name: "hubspot",
        secret: `pat-na1-${randomUUID()}`,
        write: (s: string) => `401: The OAuth token used ${s} expired`,
      },
      {
        name: "hapikey",
        secret: randomUUID(),
        write: (s: string) => `403 for url: https://api.hubapi.com/x?hapikey=${s}&limit=1`,
      },
    ].map(({ name, secret, write }) => ({ name, secret, message: write(secret) }));
    const all = [...secrets, ...own];
    await using warehouse = await makeWarehouse(engine, { runs: failures(all.map(({ message }) => message)) });
    const { stdout, stderr } = await ask(warehouse, { flags: ["--detailed"] });
    const leaks = all.filter(({ secret }) => stdout.includes(secret) || stderr.includes(secret));
    expect(leaks.map(({ name }) => name)).toEqual([]);
  });

  test("masked-too-much: what is no secret stays readable", async () => {
    await using warehouse = await makeWarehouse(engine, { runs: failures(READABLE) });
    const { report } = await ask(warehouse, { flags: ["--detailed"] });
    expect(new Set(report.error_groups.map(({ example }) => example))).toEqual(new Set(READABLE));
  });

  test("a secret in the name of a rule or a schedule is not shown", async () => {
    const secret = pw();
    const runs = [run({ rule: `sync --password ${secret}`, start: at("07-10 20:00"), end: at("07-10 20:01") })];
    await using warehouse = await makeWarehouse(engine, { runs });
    const { stdout } = await ask(warehouse, { flags: ["--detailed"] });
    expect(stdout).not.toContain(secret);
  });

  test("a secret in any word of a schedule is not shown", async () => {
    const secret = pw();
    const written = [
      { ...cron("0 * * * *", "contacts"), recurrence: `pwd=${secret}` },
      cron(`token=${secret} pass=${secret} * * *`, "deals"),
      interval(5, `pwd=${secret}`, "owners"),
    ];
    const runs = ["contacts", "deals", "owners"].map((rule) =>
      run({ rule, start: at("07-10 20:00"), end: at("07-10 20:01") }),
    );
    await using warehouse = await makeWarehouse(engine, { runs, schedules: written });
    const { stdout, report } = await ask(warehouse, { flags: ["--detailed"] });
    expect(stdout).not.toContain(secret);
    expect(report.findings.filter(({ message }) => message.includes("its schedule is not understood"))).toHaveLength(3);
  });

  test("characters of no width inside a name hide no secret", async () => {
    const secret = pw();
    await using warehouse = await makeWarehouse(engine, { runs: failures([`login failed, pass\u200bword=${secret}`]) });
    expect((await ask(warehouse, { flags: ["--detailed"] })).stdout).not.toContain(secret);
  });

  test("a private key over many lines is not shown, and what is around it is", async () => {
    const lines = [letters(60), letters(60), letters(22)];
    const block = `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${lines.join("\n")}\n-----END PGP PRIVATE KEY BLOCK-----`;
    await using warehouse = await makeWarehouse(engine, { runs: failures([`cannot import key: ${block}: expired`]) });
    const { stdout } = await ask(warehouse, { flags: ["--detailed"] });
    for (const line of lines) expect(stdout).not.toContain(line);
    expect(stdout).toContain("cannot import key");
  });
});

test("a secret in the name of a schema in which a table was found is not shown", async () => {
  const secret = pw();
  await using warehouse = await makeWarehouse("postgresql", { runs: [] });
  await warehouse.sql?.unsafe(`ALTER SCHEMA orchestration RENAME TO "old token=${secret}"`);
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
  for (const command of [["generate", "--no-store"], ["check"]]) {
    const { stdout, stderr } = await runCli(command, { cwd });
    expect(stdout + stderr).not.toContain(secret);
    expect(stdout).toContain("old token=***.sync_history");
  }
});
