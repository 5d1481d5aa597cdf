import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { describeReadFailure } from "../../src/files/plain.ts";

const directory = mkdtempSync(join(tmpdir(), "automation-reports-config-"));
const holdsNoUrl = join(directory, "no-url");
writeFileSync(holdsNoUrl, "canary\n");
const holdsTwoLines = join(directory, "two-lines");
writeFileSync(holdsTwoLines, "postgres://u:canary@h/d\npostgres://u:canary@h/e\n\n");
const holdsNothing = join(directory, "nothing");
writeFileSync(holdsNothing, "\n \n");
let files = 0;

function write(text: string): string {
  files += 1;
  const path = join(directory, `${files}.toml`);
  writeFileSync(path, text);
  return path;
}

async function load(text: string, variables: Record<string, string> = {}) {
  return await loadConfig(write(text), variables);
}

async function problemsOf(text: string, variables: Record<string, string> = {}): Promise<string> {
  const path = write(text);
  try {
    await loadConfig(path, variables);
    return "valid";
  } catch (error) {
    return (error as Error).message.replaceAll(path, "FILE");
  }
}

test("the smallest file has every default", async () => {
  const { crms, concurrency, export: exporting } = await load('[crm.hubspot]\nurl = "postgres://u:pw@h/d"\n');
  expect({ concurrency, exporting }).toEqual({ concurrency: 4, exporting: { enabled: false, dir: null, keep: null } });
  expect(crms).toEqual([
    {
      name: "hubspot",
      crmSource: "hubspot",
      preset: "auto",
      timeoutMs: 30_000,
      statementTimeoutMs: null,
      lockTimeoutMs: 1000,
      schema: null,
      table: null,
      rulesTable: null,
      excludeRules: [],
      holidays: [],
      retiredRules: [],
      wrapperRules: null,
      statuses: {},
      ruleNames: {},
      timezone: null,
      scheduleTimezone: null,
      lateAfterMs: 600_000,
      warnAfterMs: null,
      errorAfterMs: null,
      staleAfterMs: null,
      rules: {},
      ownThresholds: [],
      thresholds: {
        min_actions: 3,
        success_rate: 0.95,
        overall_success_rate_high: 0.7,
        rule_success_rate: 0.95,
        rule_success_rate_medium: 0.8,
        rule_success_rate_high: 0.5,
        utilization: 0.5,
        manual_share: 0.3,
        trend_min_actions: 10,
        trend_min_hours: 2,
        trend_change: 0.05,
        failed_actions: 10,
        duration_growth: 0.5,
        duration_min_actions: 100,
      },
      target: {
        kind: "postgres",
        hosts: [{ host: "h", port: 5432, password: "pw" }],
        user: "u",
        database: "d",
        passFile: null,
        options: null,
        targetSession: "any",
        connectTimeoutMs: null,
        sslMode: "prefer",
        sslRootCert: null,
        sslCert: null,
        sslKey: null,
        sslPassword: null,
      },
    },
  ]);
});

test("every setting of a CRM arrives under the name that the program has for it, times in milliseconds", async () => {
  const { crms } = await load(`[crm.a]
url = "postgres://u@h/d"
crm_source = "A"
preset = "automation"
schema = "public"
table = "runs"
rules_table = "rules"
timeout = "20s"
statement_timeout = "10s"
lock_timeout = "250ms"
exclude_rules = ["x"]
wrapper_rules = ["y"]
statuses = { " Done" = "success" }
rule_names = { Quote = "offers" }
schedule_timezone = "Europe/Berlin"
late_after = "3m"
warn_after = "1h"
error_after = "2h"
stale_after = "3h"
rules = { contacts = { expect = "@daily", warn_after = "4h", error_after = "5h", stale_after = "6h" } }
`);
  const [{ target: _target, thresholds: _thresholds, ...settings }] = crms as [(typeof crms)[number]];
  expect(settings).toEqual({
    name: "a",
    crmSource: "A",
    preset: "automation",
    schema: "public",
    table: "runs",
    rulesTable: "rules",
    timeoutMs: 20_000,
    statementTimeoutMs: 10_000,
    lockTimeoutMs: 250,
    excludeRules: ["x"],
    holidays: [],
    retiredRules: [],
    wrapperRules: ["y"],
    statuses: { Done: "success" },
    ruleNames: { Quote: "offers" },
    timezone: null,
    scheduleTimezone: "Europe/Berlin",
    lateAfterMs: 180_000,
    warnAfterMs: 3_600_000,
    errorAfterMs: 7_200_000,
    staleAfterMs: 10_800_000,
    ownThresholds: [],
    rules: {
      contacts: { expect: "@daily", warnAfterMs: 14_400_000, errorAfterMs: 18_000_000, staleAfterMs: 21_600_000 },
    },
  });
});

test("a CRM's own value beats [defaults], which beats the built-in one; thresholds are laid over one by one", async () => {
  const { crms } = await load(
    `
[defaults]
url = "sqlite:shared.sqlite"
timeout = "10s"
lock_timeout = 2
thresholds = { success_rate = 0.9, min_actions = 5 }
[crm.a]
timeout = "5s"
thresholds = { min_actions = 7 }
[crm.b]
url_file = "secret"
crm_source = "other"
`
      .replace("url_file", "url")
      .replace('"secret"', '"sqlite:b.sqlite"'),
  );
  expect(
    crms.map(
      ({
        name,
        crmSource,
        timeoutMs,
        statementTimeoutMs,
        lockTimeoutMs,
        thresholds: { min_actions, success_rate },
        target,
      }) => ({ name, crmSource, timeoutMs, statementTimeoutMs, lockTimeoutMs, min_actions, success_rate, target }),
    ),
  ).toEqual([
    {
      name: "a",
      crmSource: "a",
      timeoutMs: 5000,
      statementTimeoutMs: null,
      lockTimeoutMs: 2000,
      min_actions: 7,
      success_rate: 0.9,
      target: { kind: "sqlite", path: join(directory, "shared.sqlite") },
    },
    {
      name: "b",
      crmSource: "other",
      timeoutMs: 10_000,
      statementTimeoutMs: null,
      lockTimeoutMs: 2000,
      min_actions: 5,
      success_rate: 0.9,
      target: { kind: "sqlite", path: join(directory, "b.sqlite") },
    },
  ]);
});

test("a secret comes from a file beside the configuration, or from systemd's credentials first", async () => {
  writeFileSync(join(directory, "one-url"), "postgres://u:beside@h/d\n");
  const credentials = mkdtempSync(join(tmpdir(), "automation-reports-credentials-"));
  writeFileSync(join(credentials, "two-url"), "postgres://u:credential@h/d\n");
  const { crms, secrets } = await load('[crm.one]\nurl_file = "one-url"\n[crm.two]\nurl_file = "two-url"\n', {
    CREDENTIALS_DIRECTORY: credentials,
  });
  expect(crms.map(({ target }) => target.kind === "postgres" && target.hosts[0]?.password)).toEqual([
    "beside",
    "credential",
  ]);
  expect(secrets).toEqual(["postgres://u:beside@h/d", "beside", "postgres://u:credential@h/d", "credential"]);
});

test("each place of a secret file that was tried is said, with what stopped it", async () => {
  const credentials = mkdtempSync(join(tmpdir(), "automation-reports-credentials-"));
  mkdirSync(join(credentials, "secrets_url"));
  expect(await problemsOf('[crm.one]\nurl_file = "secrets/url"\n', { CREDENTIALS_DIRECTORY: credentials })).toBe(
    `FILE:2:1: url_file ${credentials}/secrets_url: it is a directory; ${directory}/secrets/url: there is no such file`,
  );
});

test.each([
  { key: "url_file", text: '[crm.a]\nurl_file = "NAME"\n' },
  { key: "url_file", text: '[crm.a]\nurl = "sqlite:x"\n[store]\nurl_file = "NAME"\n' },
  {
    key: "ping_url_file",
    text: `[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "a"\ncron = "0 4 * * *"\nping_url_file = "NAME"\n`,
  },
  { key: "token_file", text: '[crm.a]\nurl = "sqlite:x"\n[serve]\ntoken_file = "NAME"\n' },
  { key: "holidays", text: '[crm.a]\nurl = "sqlite:x"\n[calendar]\nholidays = "NAME"\n' },
])("where the file of $key is missing, the path that was tried is named", async ({ key, text }) => {
  const file = write(text.replace("NAME", "no-such-file"));
  const message = await loadConfig(file, {}, "serve").then(
    () => "",
    (error: Error) => error.message,
  );
  expect(message).toContain(`${key} ${directory}/no-such-file: there is no such file`);
});

test.each(["ops-canary-0123456789abcdef", "canary/3q2+7wB9sT0abcdefgh4kQ==", "canary0123456789abcdefgh"])(
  "a token that stands where its file should be named is not repeated: %s",
  async (token) => {
    const message = await problemsOf(`[crm.a]\nurl_file = "${token}"\n`);
    expect(message).toContain(`url_file ${directory}`);
    expect(message).toContain("and is not repeated): there is no such file");
    expect(message).not.toContain("canary");
  },
);

test.each([
  { code: "EACCES", says: "permission denied" },
  { code: "EPERM", says: "permission denied" },
  { code: "ENOENT", says: "there is no such file" },
  { code: "EIO", says: "it cannot be read (EIO)" },
])("a file that cannot be read because of $code: $says", ({ code, says }) => {
  expect(describeReadFailure(Object.assign(new Error("canary"), { code }))).toBe(says);
});

test("two reports a day are the default; schedules of the file replace it", async () => {
  const { schedules } = await load('[crm.a]\nurl = "sqlite:x"\n');
  expect(schedules).toEqual([
    {
      name: "twice-a-day",
      cron: ["0 4 * * *", "0 21 * * *"],
      timezone: "UTC",
      crms: null,
      timeWindowMs: 86_400_000,
      detailed: true,
      export: true,
      catchUp: "latest",
      deadlineMs: 1_800_000,
      retries: 2,
      failOn: null,
      pingUrl: null,
    },
  ]);
  writeFileSync(join(directory, "ping"), "https://hc.example/ping/0197f5c2-9d40-7a3e\n");
  const written = await load(
    '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "hourly"\ncron = "7 * * * *"\ntimezone = "Europe/Berlin"\ncrms = ["a"]\n' +
      'time_window = "1h"\ndetailed = false\nexport = false\ncatch_up = "none"\ndeadline = "5m"\nretries = 0\nfail_on = "critical"\nping_url_file = "ping"\n',
  );
  expect(written.schedules).toEqual([
    {
      name: "hourly",
      cron: ["7 * * * *"],
      timezone: "Europe/Berlin",
      crms: ["a"],
      timeWindowMs: 3_600_000,
      detailed: false,
      export: false,
      catchUp: "none",
      deadlineMs: 300_000,
      retries: 0,
      failOn: "critical",
      pingUrl: "https://hc.example/ping/0197f5c2-9d40-7a3e",
    },
  ]);
  expect(written.secrets).toContain("0197f5c2-9d40-7a3e");
});

test("a warning that would come after what is critical is told of, of a CRM and of a rule", async () => {
  const places = async (text: string) =>
    (await load(`[crm.x]\nurl = "sqlite:x"\n${text}`)).warnings.map(
      (warning) => /: (\[\S+\]): warn_after is longer/.exec(warning)?.[1],
    );
  expect(await places('warn_after = "8h"\nerror_after = "4h"\n')).toEqual(["[crm.x]"]);
  expect(await places('error_after = "4h"\n[crm.x.rules.deals]\nwarn_after = "5h"\n')).toEqual(["[crm.x.rules.deals]"]);
  expect(await places('warn_after = "4h"\nerror_after = "4h"\n[crm.x.rules.deals]\nerror_after = "5h"\n')).toEqual([]);
});

test("a password file that others may read is said to be left alone, and its passwords are secrets otherwise", async () => {
  const file = join(directory, "passwords");
  const url = '[crm.x]\nurl = "postgres://u@h/d?passfile=passwords"\n';
  writeFileSync(file, "h:*:d:u:filed\n", { mode: 0o644 });
  const open = await load(url);
  expect(open.warnings).toEqual([`the password file ${file} was not read: others may read it: chmod 600 ${file}`]);
  expect(open.crms[0]?.target).toMatchObject({ hosts: [{ password: null }] });
  chmodSync(file, 0o600);
  const closed = await load(url);
  expect(closed.crms[0]?.target).toMatchObject({ hosts: [{ password: "filed" }] });
  expect(closed.secrets).toContain("filed");
});

test.each([
  { name: "no TOML", text: '[crm.hubspot]\nurl = "postgres://u:canary@h/d\n', says: ["FILE:2:", "quotation mark"] },
  {
    name: "a table twice",
    text: '[crm.a]\nurl = "sqlite:x"\n[crm.a]\nurl = "sqlite:canary"\n',
    says: ["FILE:3:", "table [crm.a] is defined twice (first at line 1)"],
  },
  {
    name: "the table of a CRM without crm.",
    text: '[hubspot]\nurl = "sqlite:canary"\n',
    says: ['FILE:1:1: unknown key "hubspot": the table of a CRM of that name is [crm.hubspot]'],
  },
  {
    name: "a CRM's key above all tables",
    text: 'url = "sqlite:canary"\ncrm_source = "canary"\n[crm.a]\nurl = "sqlite:x"\n',
    says: [
      'FILE:1:1: unknown key "url": it belongs under [defaults], for every CRM, or under [crm.NAME]',
      'FILE:2:1: unknown key "crm_source": it belongs under [crm.NAME]',
    ],
  },
  {
    name: "the table of a CRM with a name that is not allowed",
    text: '[OoPs1234]\nurl = "sqlite:canary"\n[crm.a]\nurl = "sqlite:x"\n',
    says: ['FILE:1:1: unknown key "OoPs1234": the table of a CRM is such as [crm.oops1234]'],
  },
  {
    name: "a table that is misspelt",
    text: '[stor]\nurl = "sqlite:canary"\n',
    says: ['FILE:1:1: unknown key "stor": did you mean store?'],
  },
  { name: "no CRM", text: "concurrency = 2\n", says: ["FILE: no CRM is configured"] },
  { name: "an empty CRM table", text: "[crm]\n", says: ["FILE:1:1: no CRM is configured"] },
  {
    name: "a key that is near one of its own table comes before the same key of another",
    text: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\ncrm = ["a"]\n',
    says: ['FILE:6:1: unknown key "crm": did you mean crms?'],
  },
  {
    name: "an unknown key",
    text: '[crm.hubspot]\nurl = "sqlite:x"\npresset = "canary"\n',
    says: ['FILE:3:1: unknown key "presset": did you mean preset?'],
  },
  {
    name: "a rule's settings",
    text: '[crm.a]\nurl = "sqlite:x"\n[crm.a.rules."odd name"]\nexpcet = "@daily"\nwarn_after = "1s"\n',
    says: [
      'FILE:4:1: unknown key "expcet": did you mean expect?',
      "FILE:5:1: crm.a.rules.….warn_after must be a duration",
    ],
  },
  {
    name: "a pattern that never fires",
    text: '[crm.a]\nurl = "sqlite:x"\nrules = { b = { expect = "0 0 canary * *" } }\n',
    says: ["FILE:3:", "expect: "],
  },
  {
    name: "a time zone that is none",
    text: '[crm.a]\nurl = "sqlite:x"\nschedule_timezone = "Mars/Canary"\n',
    says: ["FILE:3:1: crm.a.schedule_timezone must be a time zone such as Europe/Berlin"],
  },
  {
    name: "a pattern that never fires",
    text: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "0 0 31 2 *"\n',
    says: ["FILE:5:1: cron: never fires"],
  },
  {
    name: "a pattern that is none",
    text: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = ["0 4 * * *", "canary"]\n',
    says: ["FILE:5:1: cron: not five cron fields"],
  },
  {
    name: "an empty time zone",
    text: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\ntimezone = ""\n',
    says: ["FILE:6:1:", "timezone"],
  },
  {
    name: "two schedules of one name",
    text: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\n[[schedule]]\nname = "s"\ncron = "@daily"\n',
    says: ["FILE:7:1: another schedule has this name"],
  },
  {
    name: "a schedule for a CRM that is not there",
    text: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\ncrms = ["b"]\n',
    says: ["FILE:6:1: a CRM named there is not configured: did you mean a?"],
  },
  {
    name: "a ping that is no URL",
    text: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\nping_url = "canary"\n',
    says: ["FILE:6:1: write an http:// or https:// URL"],
  },
  {
    name: "several unknown keys",
    text: '[crm.a]\nurl = "sqlite:x"\npresset = 1\nschemma = 2\n[defaults]\nbogus = 3\n',
    says: ["FILE:3:1: unknown key", "FILE:4:1: unknown key", "FILE:6:1: unknown key"],
  },
  {
    name: "an unknown key in an inline table",
    text: '[crm.a]\nurl = "sqlite:x"\nthresholds = { sucess_rate = 1 }\n',
    says: ["FILE:3:16:", "did you mean success_rate?"],
  },
  {
    name: "a table of something else, which is none of a CRM",
    text: '[alerts]\nto = "canary"\n[crm.a]\nurl = "sqlite:x"\n',
    says: ['FILE:1:1: unknown key "alerts": known: concurrency, export,'],
  },
  {
    name: "keys of other tables",
    text:
      'retention = "9d"\n[crm.a]\nurl = "sqlite:x"\nsuccess_rate = 0.9\nexpect = "@daily"\nconcurrency = 2\nkeep = 3\n' +
      "detailed = true\n[defaults]\nsuccess_rate = 0.9\n[store]\nkeep = 3\n",
    says: [
      'FILE:1:1: unknown key "retention": it belongs under [store]',
      'FILE:10:1: unknown key "success_rate": it belongs under [defaults.thresholds]',
      'FILE:4:1: unknown key "success_rate": it belongs under [crm.a.thresholds]',
      'FILE:5:1: unknown key "expect": it belongs under [crm.a.rules.NAME]',
      'FILE:6:1: unknown key "concurrency": it belongs above all tables',
      'FILE:7:1: unknown key "keep": it belongs under [export]',
      'FILE:8:1: unknown key "detailed": it belongs under [[schedule]]',
    ],
  },
  {
    name: "a CRM, or a rule, that is to be left out",
    text: '[crm.a]\nurl = "sqlite:x"\nenabled = false\n[crm.a.rules.b]\ndisabled = true\n',
    says: [
      'FILE:3:1: unknown key "enabled": a CRM that is not to be read has no table: comment it out',
      'FILE:5:1: unknown key "disabled": name the rule in exclude_rules, or in retired_rules where it is over',
    ],
  },
  {
    name: "keys of other programs",
    text: '[crm.a]\nhost = "canary"\npassword = "canary"\n[crm]\nurl = "sqlite:x"\n[export]\npath = "canary"\n',
    says: [
      'FILE:2:1: unknown key "host": a connection is one URL: write url, or url_file for a file that holds it',
      'FILE:3:1: unknown key "password"',
      "FILE:5:1: url stands in the table of a CRM, such as [crm.hubspot]",
      'FILE:7:1: unknown key "path": did you mean dir?',
    ],
  },
  {
    name: "a schedule of all CRMs by that word",
    text: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\ncrms = ["all"]\n',
    says: ["FILE:6:1: a CRM named there is not configured: leave crms out, then it is all of them"],
  },
  {
    name: "durations out of bounds: each example is one that is allowed",
    text: '[crm.a]\nurl = "sqlite:x"\nwarn_after = "1s"\nlate_after = "9d"\n[store]\nretention = "3m"\n',
    says: [
      'store.retention must be a duration such as "90d"',
      'crm.a.late_after must be a duration such as "30s"',
      'crm.a.warn_after must be a duration such as "12h"',
    ],
  },
  {
    name: "an unknown table",
    text: '[crms.hubspot]\nurl = "sqlite:canary"\n',
    says: ["FILE:1:", 'unknown key "crms": did you mean crm?'],
  },
  {
    name: "an unset variable",
    text: '[crm.a]\nurl = "${CANARY_URL}"\n',
    says: ["FILE:2:1: the environment variable CANARY_URL is not set"],
  },
  { name: "a bad URL", text: '[crm.a]\nurl = "http://u:canary@h"\n', says: ["FILE:2:1: write postgresql://"] },
  {
    name: "a bad URL in defaults",
    text: '[defaults]\nurl = "http://u:canary@h"\n[crm.a]\n',
    says: ["FILE:2:1: write postgresql://"],
  },
  { name: "no URL", text: "[crm.a]\ntimeout = 5\n", says: ["FILE:1:1: no connection"] },
  {
    name: "both URLs",
    text: '[crm.a]\nurl = "sqlite:x"\nurl_file = "y"\n',
    says: ["FILE:3:1: url and url_file are both given"],
  },
  {
    name: "a secret file that is not there",
    text: '[crm.a]\nurl_file = "/nowhere/url"\n',
    says: ["FILE:2:1: url_file /nowhere/url: there is no such file"],
  },
  {
    name: "a directory for a secret file",
    text: '[crm.a]\nurl_file = "/usr/bin/.."\n',
    says: ["FILE:2:1: url_file /usr: it is a directory"],
  },
  {
    name: "an empty ping file",
    text: '[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "s"\ncron = "@daily"\nping_url_file = "/dev/null"\n',
    says: ["FILE:6:1: ping_url_file /dev/null: it is a device, not a file"],
  },
  {
    name: "a URL for the file that should hold it",
    text: '[crm.a]\nurl_file = "postgres://u:canary@h/d"\n',
    says: ["FILE:2:1: url_file must be the path of a file"],
  },
  {
    name: "a secret file that holds no URL",
    text: `[crm.a]\nurl_file = "${holdsNoUrl}"\n`,
    says: ["FILE:2:1: write postgresql://"],
  },
  {
    name: "a secret file of two lines",
    text: `[crm.a]\nurl_file = "${holdsTwoLines}"\n`,
    says: [`FILE:2:1: url_file ${holdsTwoLines}: 2 lines stand in it, and it must hold one`],
  },
  {
    name: "an empty secret file",
    text: `[crm.a]\nurl_file = "${holdsNothing}"\n`,
    says: [`FILE:2:1: url_file ${holdsNothing}: the file is empty`],
  },
  {
    name: "a bad duration",
    text: '[crm.a]\nurl = "sqlite:x"\ntimeout = "canary"\n',
    says: ["FILE:3:1: crm.a.timeout must be a duration"],
  },
  { name: "a timeout of 0", text: '[crm.a]\nurl = "sqlite:x"\ntimeout = 0\n', says: ["FILE:3:1:", "100ms to 1h"] },
  { name: "a wrong type", text: "[crm.a]\nurl = 5\n", says: ["FILE:2:1: crm.a.url must be text"] },
  {
    name: "a rate above 1",
    text: '[crm.a]\nurl = "sqlite:x"\n[crm.a.thresholds]\nsuccess_rate = 95\n',
    says: ["FILE:4:1:", "at most 1"],
  },
  { name: "a CRM called all", text: '[crm.all]\nurl = "sqlite:x"\n', says: ["FILE:1:1: a CRM cannot be called all"] },
  {
    name: "a CRM whose name is a path",
    text: '[crm."../../etc"]\nurl = "sqlite:x"\n',
    says: ["FILE:1:1: a CRM's name is"],
  },
  {
    name: "a CRM whose name is SQL",
    text: `[crm."x'; DROP TABLE y"]\nurl = "sqlite:x"\n`,
    says: ["FILE:1:1: a CRM's name is"],
  },
  {
    name: "a CRM with a look-alike letter",
    text: '[crm."hubspоt"]\nurl = "sqlite:x"\n',
    says: ["FILE:1:1: a CRM's name is"],
  },
  {
    name: "a CRM called constructor",
    text: '[crm.constructor]\nurl = "sqlite:x"\n',
    says: ["FILE:1:1: constructor is a reserved name"],
  },
  {
    name: "a CRM called prototype",
    text: "[crm.prototype]\nurl = 5\n",
    says: ["FILE:1:1: prototype is a reserved name"],
  },
  {
    name: "a status word called constructor",
    text: '[crm.a]\nurl = "sqlite:x"\nstatuses = { constructor = "canary" }\n',
    says: ["FILE:3:14: constructor is a reserved name"],
  },
  {
    name: "a list for a CRM",
    text: 'crm.a = []\n[defaults]\nurl = "sqlite:x"\n',
    says: ["FILE:1:1: crm.a must be a table"],
  },
  {
    name: "a date for thresholds",
    text: '[crm.a]\nurl = "sqlite:x"\nthresholds = 2026-07-10\n',
    says: ["FILE:3:1: crm.a.thresholds must be a table"],
  },
  {
    name: "a URL on the wrong side",
    text: '[crm.a]\n"postgres://u:canary@h/d" = "url"\nstatuses = { "u:canary@h" = "x" }\n',
    says: ["FILE:2:1: unknown key in quotes", "FILE:3:14: crm.a.statuses.… must be one of"],
  },
  { name: "a key of 20,000 levels", text: `a${".b".repeat(20_000)} = 1\n`, says: ["FILE: nested too deeply"] },
  {
    name: "a key of more parts than its table",
    text: '[crm.a]\nurl = "sqlite:x"\n[crm.a.x.y.z]\nw = 1\n',
    says: ['FILE:3:1: unknown key "x"'],
  },
  {
    name: "a table without its preset",
    text: '[crm.a]\nurl = "sqlite:x"\ntable = "runs"\n',
    says: ['FILE:3:1: say which kind of table: preset = "sync-history", or "automation" for one of any other shape'],
  },
  {
    name: "a schema in SQLite",
    text: '[crm.a]\nurl = "sqlite:x"\nschema = "x"\n',
    says: ["FILE:3:1: SQLite has no schemas"],
  },
  {
    name: "an unknown status",
    text: '[crm.a]\nurl = "sqlite:x"\nstatuses = { done = "canary" }\n',
    says: ["FILE:3:14:", "must be one of success, partial, failed, running, pending, skipped"],
  },
])("$name is refused with its place, and no value", async ({ text, says }) => {
  const problems = await problemsOf(text);
  for (const expected of says) expect(problems).toContain(expected);
  expect(problems).not.toContain("canary");
});

test("many problems take no longer to place than one", async () => {
  const text = Array.from({ length: 2000 }, (_, index) => `[crm.c${index}]\nurl = "\${NOPE}"\n`).join("");
  const started = process.cpuUsage();
  const lines = (await problemsOf(text)).split("\n");
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toEndWith(": and 1,980 more problems");
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
});

test("problems of several tables are said at once", async () => {
  const problems = await problemsOf('[crm.a]\nurl = 1\n[crm.b]\nurll = "x"\n[export]\nkeep = -1\n');
  expect(problems.split("\n")).toHaveLength(3);
});
