/** The unit files, made from facts alone. */
import { AppError } from "../errors.ts";
import { toCalendarEvents } from "./calendar.ts";
import { escapePath, quotePath, quoteWord } from "./escape.ts";
import { HARDENING } from "./hardening.ts";

export const MODES = ["timer", "daemon", "serve"] as const;
export type Mode = (typeof MODES)[number];

/** What a unit needs to know of a schedule. */
export type TimedSchedule = {
  name: string;
  cron: string[];
  timezone: string;
  catchUp: "latest" | "none";
  deadlineMs: number;
};

export type UnitFacts = {
  /** Absolute path of the executable. */
  executable: string;
  /** Absolute path of the configuration. */
  config: string;
  schedules: TimedSchedule[];
  /** The configuration's files with secrets: what the program asks for, and where it lies now. */
  credentials: { name: string; path: string }[];
};

export type UnitFile = { name: string; text: string };

/** The first line of every file, by which it is known again. */
export const MARK =
  "# Written by automation-reports systemd install, which replaces it: changes belong in a drop-in (systemctl edit).";

/** Below /var/lib. The services may write nowhere else. */
export const STATE_DIRECTORY = "automation-reports";

/** Below /run. Of the service that serves. */
export const RUNTIME_DIRECTORY = "automation-reports";

const UNIT = "automation-reports";
/** For what is left to do after a slot's deadline. */
const LEEWAY_SECONDS = 60;
const WATCHDOG_SECONDS = 60;
/** A daemon told to stop is gone within 5 s. */
const STOP_SECONDS = 15;

/** In the order in which they read best. Throws an `AppError` that names a schedule that systemd cannot keep. */
export function writeUnits(mode: Mode, facts: UnitFacts): UnitFile[] {
  const units =
    mode === "timer"
      ? facts.schedules.flatMap((schedule) => writeTimed(schedule, facts))
      : [writeDaemon(DAEMONS[mode], facts)];
  return [...units, writeFailed()].map(({ name, text }) => ({ name, text: `${MARK}\n${text}` }));
}

/** The names of the units to enable. */
export function listEnabled(units: UnitFile[]): string[] {
  return units.filter(({ text }) => text.includes("\n[Install]\n")).map(({ name }) => name);
}

/** Whether a file may be one of ours, by its name. Its first line decides. */
export function isUnitName(file: string): boolean {
  return /^automation-reports[a-z0-9_@-]*\.(?:service|timer)$/.test(file);
}

function writeTimed(schedule: TimedSchedule, facts: UnitFacts): UnitFile[] {
  const calendar = toCalendarEvents(schedule.cron, schedule.timezone);
  if (calendar.kind === "inexpressible") {
    throw new AppError("config", `schedule ${schedule.name}: no systemd timer can keep it: ${calendar.reason}`);
  }
  const name = `${UNIT}-${schedule.name}`;
  const seconds = Math.ceil(schedule.deadlineMs / 1000) + LEEWAY_SECONDS;
  const service = `[Unit]
Description=Reports on CRM automations, schedule ${schedule.name}
Wants=network-online.target
After=network-online.target
OnFailure=${UNIT}-failed@%n.service

[Service]
Type=oneshot
${writeIdentityCheck(facts)}
ExecStart=${writeCommand(facts, ["schedule", "run", schedule.name])}
# The slot's own deadline comes first.
TimeoutStartSec=${seconds}
${writeSurroundings(facts)}`;
  const timer = `[Unit]
Description=When to report on CRM automations, schedule ${schedule.name}

[Timer]
${calendar.events.map((event) => `OnCalendar=${event}`).join("\n")}
# ${schedule.catchUp === "latest" ? "What was missed while the machine was off is made up for, once." : "What was missed while the machine was off is left out."}
Persistent=${schedule.catchUp === "latest"}
AccuracySec=1s

[Install]
WantedBy=timers.target
`;
  return [
    { name: `${name}.service`, text: service },
    { name: `${name}.timer`, text: timer },
  ];
}

/** The command that each of them runs. Of one machine there is one of them: both keep the schedules. */
const DAEMONS = {
  daemon: { command: "schedule", does: "all schedules", also: "" },
  serve: {
    command: "serve",
    does: "all schedules, dashboard, API and metrics",
    also: `# For a Unix socket, which systemd takes away with it, however the service ends.
RuntimeDirectory=${RUNTIME_DIRECTORY}
RuntimeDirectoryMode=0755
`,
  },
} satisfies Record<Exclude<Mode, "timer">, { command: string; does: string; also: string }>;

function writeDaemon({ command, does, also }: (typeof DAEMONS)[keyof typeof DAEMONS], facts: UnitFacts): UnitFile {
  const text = `[Unit]
Description=Reports on CRM automations, ${does}
Wants=network-online.target
After=network-online.target
OnFailure=${UNIT}-failed@%n.service
# Give up, and say so, after ten starts in ten minutes.
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
${writeIdentityCheck(facts)}
ExecStart=${writeCommand(facts, [command])}
ExecReload=/bin/kill -HUP $MAINPID
WatchdogSec=${WATCHDOG_SECONDS}
Restart=on-failure
RestartSec=10
# A wrong configuration does not mend itself.
RestartPreventExitStatus=2
TimeoutStopSec=${STOP_SECONDS}
${also}${writeSurroundings(facts)}
[Install]
WantedBy=multi-user.target
`;
  return { name: `${UNIT}.service`, text };
}

/** The unit that is started when another one fails. As written it shows the failed unit in the journal. */
function writeFailed(): UnitFile {
  const text = `[Unit]
Description=What to do when %i has failed

[Service]
Type=oneshot
# An example, which writes the state of the unit and its last lines to the journal. Put yours in a drop-in, such as
#   [Service]
#   ExecStart=
#   ExecStart=/usr/local/bin/tell-the-operator %i
ExecStart=/usr/bin/systemctl status --no-pager --full --lines=20 %i
# systemctl says by 3 that the unit is not running.
SuccessExitStatus=3
SupplementaryGroups=systemd-journal
DynamicUser=yes
${HARDENING}`;
  return { name: `${UNIT}-failed@.service`, text };
}

/** The service fails before it starts anything else than this program, such as what strip(1) makes of a foreign build. */
function writeIdentityCheck({ executable }: UnitFacts): string {
  const script = `case "$$("$$0" --version)" in "${UNIT} "*) ;; *) echo "$$0 is not ${UNIT}: install it again" >&2; exit 1 ;; esac`;
  return `ExecStartPre=/bin/sh -c '${script}' ${quoteWord(executable)}`;
}

function writeCommand({ executable, config }: UnitFacts, words: string[]): string {
  return [quotePath(executable), ...[...words, "--config", config].map(quoteWord)].join(" ");
}

/** User, folders, credentials and hardening: the same for all services, so that they share one state. */
function writeSurroundings({ config, credentials }: UnitFacts): string {
  const folder = config.slice(0, config.lastIndexOf("/"));
  const loaded = credentials.map(({ name, path }) => `LoadCredential=${name}:${escapePath(path)}\n`);
  return `
# A user that exists only while one of the services runs, the same for all of them.
DynamicUser=yes
User=${UNIT}
StateDirectory=${STATE_DIRECTORY}
StateDirectoryMode=0700
WorkingDirectory=%S/${STATE_DIRECTORY}
# For \${VARIABLES} of the configuration; it need not be there.
EnvironmentFile=-${escapePath(`${folder}/environment`)}
UnsetEnvironment=BUN_BE_BUN BUN_OPTIONS BUN_INSPECT BUN_INSPECT_CONNECT_TO BUN_INSPECT_NOTIFY NODE_OPTIONS NODE_TLS_REJECT_UNAUTHORIZED
${loaded.join("")}
${HARDENING}`;
}
