/** What the operator has to know and to do besides the units. */
import { listEnabled, RUNTIME_DIRECTORY, STATE_DIRECTORY, type UnitFile } from "./units.ts";

const STATE = `/var/lib/${STATE_DIRECTORY}`;
const RUNTIME = `/run/${RUNTIME_DIRECTORY}`;
/** `ProtectHome=` and `PrivateTmp=`. */
const UNSEEN = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

export const CONNECTION_FILES = ["sslkey", "sslcert", "sslrootcert", "passfile"] as const;
type ConnectionFile = (typeof CONNECTION_FILES)[number];

/** How the services' user comes to read what others may not. */
const OPENINGS: Record<ConnectionFile, string> = {
  sslkey: "give it to root and a group of its own (chmod 640), and name that in a drop-in: SupplementaryGroups=GROUP",
  sslcert: "chmod o+r",
  sslrootcert: "chmod o+r",
  passfile: "write the password into a url_file, which systemd hands over",
};

/** What would make the services fail, one line each. */
export function listObstacles(facts: {
  /** Files that the services must read and that no credential hands over. */
  paths: string[];
  /** Files that connection URLs name; a mode of null: there is none, or it cannot be looked at. */
  connectionFiles: { parameter: ConnectionFile; path: string; mode: number | null }[];
  /** What is wrong with the executable itself; null: nothing. */
  stranger: string | null;
  configMode: number;
  config: string;
  exportDirectory: string | null;
  /** An SQLite file that `[store]` names. */
  storePath: string | null;
  /** The Unix socket of a service that serves. */
  socketPath: string | null;
}): string[] {
  const unseen = [...facts.paths, ...facts.connectionFiles.map(({ path }) => path)]
    .filter((path) => UNSEEN.some((folder) => path.startsWith(`${folder}/`)))
    .map((path) => `${path}: the services see nothing below ${UNSEEN.join(", ")}: move it, such as to /etc or /srv`);
  const unread =
    (facts.configMode & 0o004) === 0
      ? [
          `${facts.config}: the services' own user may not read it: chmod o+r, with every secret in a url_file beside it ` +
            "(those may stay 0600: systemd hands them over)",
        ]
      : [];
  const written = { "[export] dir": facts.exportDirectory, "[store] path": facts.storePath };
  const unwritable = Object.entries(written)
    .filter(([, path]) => path !== null && !`${path}/`.startsWith(`${STATE}/`))
    .map(([key, path]) => `${key} = ${path}: the services may write only below ${STATE}`);
  const closed = facts.connectionFiles.flatMap(({ parameter, path, mode }) =>
    mode === null || (mode & 0o004) !== 0
      ? []
      : [`${parameter}=${path}: the services' own user may not read it: ${OPENINGS[parameter]}`],
  );
  const { socketPath } = facts;
  const unreachable =
    socketPath === null || socketPath.startsWith(`${RUNTIME}/`)
      ? []
      : [`[serve] listen = unix:${socketPath}: the service may make its socket only below ${RUNTIME}`];
  const strange = facts.stranger === null ? [] : [facts.stranger];
  return [...strange, ...new Set([...unseen, ...unread, ...closed, ...unwritable, ...unreachable])];
}

/** What the configuration says itself. `hasExportDirectory`: or nothing is exported. */
export type Said = { hasStore: boolean; hasExportDirectory: boolean };

/** The paths that fit the units' state directory, as they are written in a configuration that does not have them. */
export function describePaths({ hasStore, hasExportDirectory }: Said): string[] {
  const missing = [
    ...(hasStore ? [] : ["  [store]", `  path = "${STATE}/store.sqlite"`]),
    ...(hasExportDirectory ? [] : ["  [export]", `  dir = "${STATE}/exports"`]),
  ];
  if (missing.length === 0) return [];
  return [`the services keep all files below ${STATE}; to say so in the configuration:`, ...missing];
}

/** What to type after the units were written. `left`: units that an earlier installation wrote and this one does not need. */
export function describeNextSteps(directory: string, units: UnitFile[], left: string[]): string[] {
  const enabled = listEnabled(units);
  const gone = left.filter((name) => !name.includes("@"));
  return [
    "next:",
    "  systemctl daemon-reload",
    `  systemctl enable --now ${enabled.join(" ")}`,
    enabled.some((name) => name.endsWith(".timer"))
      ? "  systemctl list-timers 'automation-reports*'"
      : "  systemctl status automation-reports",
    ...(gone.length === 0
      ? []
      : [
          "not wanted any more:",
          `  systemctl disable --now ${gone.join(" ")}`,
          `  rm ${gone.map((name) => `${directory}/${name}`).join(" ")}`,
        ]),
  ];
}
