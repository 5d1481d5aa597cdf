/** Lets a group of the machine read a store in a file, such as the users of a monitoring system. */
import { chmodSync, chownSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Target } from "../database/target.ts";
import { codeOf } from "../database/failure.ts";

const GROUPS_FILE = "/etc/group";
const GROUP_READS = 0o040;
const GROUP_ENTERS = 0o050;
/** A directory that all may enter is not the store's alone: it stays as it is. */
const ALL_ENTER = 0o005;
/** SQLite keeps what is being written in files of its own beside the database. */
const FILES = ["", "-wal", "-shm"];

/**
 * Gives the file and its directory to the group, which may read them then. Another user's files stay as they are. Returns
 * why it could not be done, with advice; null where it was, or where the store is no file.
 */
export function shareStore(target: Target, group: string | null): string | null {
  if (group === null || target.kind !== "sqlite") return null;
  const groupId = findGroup(group);
  if (groupId === null) return `store ${target.path}: ${sayNoGroup(group)}`;
  try {
    const directory = dirname(target.path);
    if ((statSync(directory).mode & ALL_ENTER) !== ALL_ENTER) share(directory, groupId, GROUP_ENTERS);
    for (const suffix of FILES) shareExisting(`${target.path}${suffix}`, groupId);
    return null;
  } catch (error) {
    const code = codeOf(error);
    const reason =
      code === "EPERM"
        ? `this user is no member of it: add it with usermod -aG ${group}, or run as root`
        : `it failed with ${code === "" ? String(error) : code}`;
    return `store ${target.path}: it could not be given to the group ${group}: ${reason}`;
  }
}

/** That the machine has no such group, with advice; null where it has, or where none is named. */
export function findMissingGroup(group: string | null): string | null {
  return group === null || findGroup(group) !== null ? null : sayNoGroup(group);
}

function sayNoGroup(group: string): string {
  return `there is no group ${group} in ${GROUPS_FILE}: create it with groupadd, or write its number`;
}

/** Its number; null where there is no such group. */
function findGroup(group: string): number | null {
  if (/^\d+$/.test(group)) return Number(group);
  const line = readGroups()
    .split("\n")
    .find((one) => one.startsWith(`${group}:`));
  const [, , id = ""] = line?.split(":") ?? [];
  return /^\d+$/.test(id) ? Number(id) : null;
}

/** "": a container may have none, or hide it. */
function readGroups(): string {
  try {
    return readFileSync(GROUPS_FILE, "utf8");
  } catch {
    return "";
  }
}

function shareExisting(path: string, groupId: number): void {
  try {
    share(path, groupId, GROUP_READS);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

function share(path: string, groupId: number, bits: number): void {
  const { uid, gid, mode } = statSync(path);
  const me = process.geteuid?.() ?? uid;
  if (me !== 0 && me !== uid) return;
  if (gid !== groupId) chownSync(path, uid, groupId);
  if ((mode & bits) !== bits) chmodSync(path, (mode | bits) & 0o7777);
}
