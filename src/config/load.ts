/** Finds the configuration, and makes of its document what the program works with. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import * as v from "valibot";
import { AppError } from "../errors.ts";
import { readRecurrence } from "../time/recurrence.ts";
import { describeProblems, readDocument, type ConfigDocument, type Variables } from "./document.ts";
import type { Table } from "./toml.ts";
import type { Problem } from "./expand.ts";
import { nameCredential } from "./secret-files.ts";
import { readSchedules } from "./schedules.ts";
import { ConfigSchema, type Config, type CrmConfig } from "./schema.ts";
import { CrmSchema } from "./sections/crm.ts";
import { fillPasswords } from "../database/password-file.ts";
import { parseTarget, type Target } from "../database/target.ts";

export const LOCAL_CONFIG = "automation-reports.toml";
const STORE_FILE = "reports.sqlite";
const SYSTEM_CONFIG = "/etc/automation-reports/config.toml";

/** `--config`, `$AUTOMATION_REPORTS_CONFIG`, the working directory, `/etc`: the first that is given or there. */
export function findConfig(flag: string | undefined, variables: Variables): string {
  const named = flag ?? (variables["AUTOMATION_REPORTS_CONFIG"] || undefined);
  if (named !== undefined) return resolve(named);
  const found = [resolve(LOCAL_CONFIG), SYSTEM_CONFIG].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new AppError(
    "config",
    `no configuration: looked for ./${LOCAL_CONFIG} and ${SYSTEM_CONFIG}. ` +
      "Name one with --config, start one with `automation-reports config init`, or try `automation-reports demo`",
  );
}

/** Throws an `AppError` that names file, line and column of each problem, and no value. */
export async function loadConfig(path: string, variables: Variables): Promise<Config> {
  return await resolveConfig(await readDocument(path, variables), variables);
}

/** What a document means: connections parsed, secrets read, defaults laid under. Throws as `loadConfig` does. */
export async function resolveConfig({ path, text, raw }: ConfigDocument, variables: Variables): Promise<Config> {
  const general = v.parse(ConfigSchema, raw);
  const problems: Problem[] = [];
  const secrets: string[] = [];
  const warnings: string[] = [];
  const reading: Reading = { path, variables, problems, secrets, warnings };
  const crms = Object.entries(raw.crm).map(([name, own]) => readCrm(name, own, raw.defaults ?? {}, reading));
  const store = readStore(raw["store"] as Table | undefined, general.store, reading);
  const scheduled = readSchedules(general.schedule, Object.keys(raw.crm), (file) =>
    readSecret(file, dirname(path), variables),
  );
  problems.push(...scheduled.problems);
  secrets.push(...scheduled.secrets);
  if (problems.length > 0 || store === null) throw await describeProblems(path, text, problems);
  return {
    path,
    concurrency: general.concurrency,
    export: {
      enabled: general.export.enabled,
      dir: general.export.dir === undefined ? null : resolve(dirname(path), general.export.dir),
      keep: general.export.keep,
    },
    store,
    crms: crms.filter((crm) => crm !== null),
    schedules: scheduled.schedules,
    secrets,
    warnings: [...new Set(warnings)],
  };
}

/** `[store]`, else `$STATE_DIRECTORY` (systemd's StateDirectory), else the XDG state directory. */
function readStore(
  written: Table | undefined,
  { path: file, url, url_file, retention }: v.InferOutput<typeof ConfigSchema>["store"],
  reading: Reading,
): Config["store"] | null {
  const say = (key: string, message: string) => reading.problems.push({ path: ["store", key], message });
  if (file !== undefined && (url !== undefined || url_file !== undefined)) {
    say("path", "path is given beside url or url_file: keep one");
    return null;
  }
  if (url !== undefined || url_file !== undefined) {
    const target = readTarget(url, url_file, say, reading);
    return target === null ? null : { target, retentionMs: retention, configured: true };
  }
  // systemd separates several directories with colons.
  const [state = ""] = (reading.variables["STATE_DIRECTORY"] ?? "").split(":");
  const { HOME: home = homedir(), XDG_STATE_HOME: xdg = "" } = reading.variables;
  const fallback = join(isAbsolute(xdg) ? xdg : join(home, ".local/state"), "automation-reports");
  return {
    target: {
      kind: "sqlite",
      path: file === undefined ? join(state || fallback, STORE_FILE) : resolve(dirname(reading.path), file),
    },
    retentionMs: retention,
    configured: written !== undefined || state !== "",
  };
}

type Reading = { path: string; variables: Variables; problems: Problem[]; secrets: string[]; warnings: string[] };

function readCrm(name: string, own: Table, defaults: Table, reading: Reading): CrmConfig | null {
  const merged = v.parse(CrmSchema, mergeDefaults(own, defaults));
  const { url, url_file, crm_source, statement_timeout, ...settings } = merged;
  const before = reading.problems.length;
  const at = (key: string) => (key in own ? ["crm", name, key] : key in defaults ? ["defaults", key] : ["crm", name]);
  const say = (key: string, message: string) => reading.problems.push({ path: at(key), message });
  if ((settings.table !== null || settings.rules_table !== null) && settings.preset === "auto") {
    say(
      settings.table === null ? "rules_table" : "table",
      'say which kind of table: preset = "sync-history" or "automation"',
    );
  }
  for (const [rule, { expect }] of Object.entries(settings.rules)) {
    const recurrence = expect === null ? null : readRecurrence(expect);
    if (recurrence?.kind !== "inexpressible") continue;
    reading.problems.push({ path: ["crm", name, "rules", rule, "expect"], message: `expect: ${recurrence.reason}` });
  }
  const target = readTarget(url, url_file, say, reading);
  if (target?.kind === "sqlite" && settings.schema !== null) say("schema", "SQLite has no schemas: leave it out");
  if (target === null || reading.problems.length > before) return null;
  const statuses = Object.fromEntries(
    Object.entries(settings.statuses).map(([word, status]) => [word.trim().toLowerCase(), status]),
  );
  return {
    ...settings,
    statuses,
    name,
    crm_source: crm_source ?? name,
    statement_timeout: statement_timeout ?? null,
    target,
  };
}

/** A CRM's own values win; its thresholds and words are laid over those of `[defaults]` one by one. */
function mergeDefaults(own: Table, defaults: Table): Table {
  const merged = { ...defaults, ...own };
  for (const key of ["thresholds", "statuses"]) {
    if (defaults[key] !== undefined && own[key] !== undefined)
      merged[key] = { ...(defaults[key] as Table), ...(own[key] as Table) };
  }
  if ("url" in own) delete merged["url_file"];
  if ("url_file" in own) delete merged["url"];
  if ("url" in own && "url_file" in own) return { ...merged, url: own["url"], url_file: own["url_file"] };
  return merged;
}

function readTarget(
  url: string | undefined,
  urlFile: string | undefined,
  say: (key: string, message: string) => void,
  { path, variables, secrets, warnings }: Reading,
): Target | null {
  if (url !== undefined && urlFile !== undefined) {
    say("url_file", "url and url_file are both given: keep one");
    return null;
  }
  const key = urlFile === undefined ? "url" : "url_file";
  const connection = urlFile === undefined ? url : readSecret(urlFile, dirname(path), variables);
  if (connection === undefined) {
    say(key, 'no connection: set url = "postgresql://…" or "sqlite:PATH", or url_file');
    return null;
  }
  if (connection === null) {
    say(key, "the file cannot be read, or is empty: it must hold the connection URL alone");
    return null;
  }
  const target = parseTarget(connection, dirname(path));
  if ("problem" in target) {
    secrets.push(connection);
    say(key, target.problem);
    return null;
  }
  if (target.kind === "sqlite") return target;
  const filled = fillPasswords(target, variables["PGPASSFILE"]);
  if (filled.warning !== null) warnings.push(filled.warning);
  const { hosts, sslPassword } = filled.target;
  secrets.push(
    connection,
    ...hosts.flatMap(({ password }) => password ?? []),
    ...(sslPassword === null ? [] : [sslPassword]),
  );
  return filled.target;
}

/** Looked for in `$CREDENTIALS_DIRECTORY` (systemd's LoadCredential) first, whose files the service alone may read. */
function readSecret(file: string, baseDirectory: string, variables: Variables): string | null {
  const credentials = variables["CREDENTIALS_DIRECTORY"];
  const candidates = [
    ...(credentials === undefined ? [] : [join(credentials, nameCredential(file))]),
    resolve(baseDirectory, file),
  ];
  for (const candidate of candidates) {
    try {
      return readFileSync(candidate, "utf8").trim() || null;
    } catch {
      continue;
    }
  }
  return null;
}
