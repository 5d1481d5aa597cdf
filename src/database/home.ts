/** The user that this process runs as. A container's may have neither `$HOME` nor an entry in the list of users. */
import { homedir, userInfo } from "node:os";

/** No file is ever there (Debian Policy, 9.2.3). */
export const NO_HOME = "/nonexistent";

/** Null where there is none. */
export function findHome(): string | null {
  return askSystem(homedir);
}

/** Null where the user has no name. */
export function findUser(): string | null {
  return askSystem(() => userInfo().username);
}

function askSystem(ask: () => string): string | null {
  try {
    return ask() || null;
  } catch {
    return null;
  }
}
