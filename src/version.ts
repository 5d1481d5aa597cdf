/** What this executable is. */
import { version } from "../package.json";

/** Set by scripts/build; absent when run from source. */
declare const BUILD_COMMIT: string | undefined;

const commit = typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : "unknown";

export const PROGRAM = "automation-reports";
export const VERSION = version;
export const GENERATOR = `${PROGRAM} ${version}`;
export const VERSION_LINE = `${GENERATOR} (commit ${commit}, Bun ${Bun.version})\n`;
