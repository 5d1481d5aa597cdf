/** Prints automation-reports(1), made from the command table. Argument: its date (YYYY-MM-DD). */
import { description, version } from "../package.json";
import { COMMANDS } from "../src/cli.ts";
import { describeCommands, type CommandHelp, type Flag } from "../src/help/commands.ts";
import { listExitCodes } from "../src/help/exit-codes.ts";
import { TOPICS } from "../src/help/topics.ts";
import { PROGRAM } from "../src/version.ts";

const FILES = {
  "automation-reports.toml": "The configuration in the working directory.",
  "/etc/automation-reports/config.toml": "The configuration where there is none in the working directory.",
  "~/.pgpass": "Passwords that the connection URLs do not give, mode 0600.",
  "~/.postgresql/": "root.crt, postgresql.crt and postgresql.key, as libpq uses them.",
};

const ENVIRONMENT = {
  AUTOMATION_REPORTS_CONFIG: "The configuration file, where --config is not given.",
  CREDENTIALS_DIRECTORY:
    "Where the secrets are that systemd.exec(5) hands over: relative url_file names are looked for there first.",
  STATE_DIRECTORY: "Where reports are kept, as systemd.exec(5) hands it over, where [store] does not say.",
  XDG_STATE_HOME: "The same for history and schedules outside systemd; ~/.local/state by default.",
  PGPASSFILE: "Another password file than ~/.pgpass.",
  NO_COLOR: "Print without colour.",
  COLUMNS: "The width to print for where it is not a terminal's.",
};

const [program, ...commands] = await describeCommands(description, COMMANDS);
const called = commands.filter(({ runs, names: [name] }) => runs && !name.startsWith("help "));
const page = [
  `.TH ${escape(PROGRAM.toUpperCase())} 1 "${process.argv[2] ?? ""}" ${escape(`${PROGRAM}-${version}`)}`,
  ".SH NAME",
  `${escape(PROGRAM)} \\- ${escape(lowerFirst(description))}`,
  ".SH SYNOPSIS",
  ...called
    .flatMap(({ names: [name], words }) => [
      `.B ${escape(`${PROGRAM} ${name}`)}`,
      ...words.map(({ hint, required }) => `.I ${escape(required ? hint : `[${hint}]`)}`),
      "[flags]",
      ".br",
    ])
    .slice(0, -1),
  ".SH DESCRIPTION",
  escape(`${description}.`),
  escape("Data goes to the standard output, all else to the standard error."),
  ...(program?.flags ?? []).flatMap(writeFlag),
  ".SH COMMANDS",
  ...called.flatMap(writeCommand),
  ".SH TOPICS",
  `.B ${escape(`${PROGRAM} help`)}\n.I TOPIC\nexplains a topic:`,
  ...writeList(Object.entries(TOPICS).map(([name, { summary }]) => [name, `${summary}.`])),
  ".SH EXAMPLES",
  ...writeList(
    called.flatMap(({ examples }) => examples.map(({ line, does }) => [`${PROGRAM} ${line}`, `${upperFirst(does)}.`])),
  ),
  ".SH EXIT STATUS",
  ...writeList(listExitCodes().map(({ code, meaning }) => [String(code), meaning])),
  ".SH FILES",
  ...writeList(Object.entries(FILES)),
  ".SH ENVIRONMENT",
  ...writeList(Object.entries(ENVIRONMENT)),
];
await Bun.write(Bun.stdout, `${page.join("\n")}\n`);

function writeCommand({ names: [name, ...others], summary, flags, words }: CommandHelp): string[] {
  const also = others.length > 0 ? [escape(`Accepted as ${others.join(" and ")} too.`)] : [];
  return [
    `.SS ${escape(name)}`,
    escape(`${summary}.`),
    ...also,
    ...words.flatMap(writeWord),
    ...flags.flatMap(writeFlag),
  ];
}

function writeWord({ hint, description: text }: CommandHelp["words"][number]): string[] {
  return [".TP", `.I ${escape(hint)}`, escape(`${upperFirst(text)}.`)];
}

function writeFlag({ name, short, description: text, value }: Flag): string[] {
  const both = short === null ? "" : `\\fB${escape(short)}\\fR, `;
  const written = `${both}\\fB${escape(name)}\\fR${value === null ? "" : `=\\fI${escape(value.hint)}\\fR`}`;
  const preset = value === null || value.preset === null ? "" : `; ${value.preset} by default`;
  return [".TP", written, escape(`${upperFirst(text)}${preset}.`)];
}

function writeList(items: [string, string][]): string[] {
  return items.flatMap(([term, text]) => [".TP", `.B ${escape(term)}`, escape(text)]);
}

/** The text as roff shows it: no control line, no escape, a minus that can be searched for and pasted. */
function escape(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replace(/^[.']/, "\\&$&")
    .replaceAll(/[^\n -~]/gu, (sign) => `\\[u${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}]`);
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
