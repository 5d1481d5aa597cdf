/** Secrets that are words of the program or names in its configuration: masked everywhere, they would spoil what it says. */
import { dirname, sep } from "node:path";
import type { Secret } from "../text/redact.ts";
import type { Target } from "../database/target.ts";
import type { Config } from "./schema.ts";

/** What its lines, its commands and the addresses of pings are made of. */
const OWN_WORDS = (
  "automation-reports automation_actions automation_runs sync-history sync_history orchestration " +
  "report schedule schedules slot slots store check checked config configuration database warehouse password secret user role " +
  "systemctl systemd daemon-reload enable disable service timer journal " +
  "postgresql postgres sqlite select grant create history memory generate explain serve demo " +
  "hourly daily nightly weekly monthly heartbeat heartbeats webhook webhooks ping start started success failed error warning critical"
).split(" ");
const LETTERS = /^[a-z_-]+$/i;

/** A word of letters alone is one too where it is a part of such a name: `***` in a file's name would be a pattern to a shell. */
export function findWords(config: Config): Secret[] {
  const names = [...OWN_WORDS, ...listNames(config), ...listFolders(config)];
  const isWord = (secret: string) =>
    names.some((name) => name === secret || (LETTERS.test(secret) && name.includes(secret)));
  return config.secrets.map((secret) => (typeof secret === "string" && isWord(secret) ? { word: secret } : secret));
}

/** Those that are keys: a value may have been filled with a secret. */
function listNames({ crms, schedules }: Config): string[] {
  return [...crms.flatMap(({ name, rules }) => [name, ...Object.keys(rules)]), ...schedules.map(({ name }) => name)];
}

function listFolders({ path, crms, store, export: { dir } }: Config): string[] {
  const folderOf = (target: Target) => (target.kind === "sqlite" ? [dirname(target.path)] : []);
  const folders = [dirname(path), ...crms.flatMap(({ target }) => folderOf(target)), ...folderOf(store.target)];
  return [...folders, ...(dir === null ? [] : [dir])]
    .flatMap((folder) => folder.split(sep))
    .filter((part) => part !== "");
}
