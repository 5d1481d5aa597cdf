/** Of each command: two examples, its help topic, and the exit codes that it may end with. */
import { EXIT } from "../errors.ts";

type Example = {
  /** Without the program's name; it may go on to another program. */
  line: string;
  /** What it does. */
  does: string;
};

export type Manual = {
  examples: Example[];
  /** The topic that explains more; null: none. */
  topic: string | null;
  exits: number[];
  /** What a code means of this command alone. */
  meanings: Record<number, string>;
};

type Written = {
  examples: [line: string, does: string][];
  topic?: string;
  exits?: number[];
  meanings?: Record<number, string>;
};

const { ok, finding, usage, someUnreadable, noneReadable, delivery } = EXIT;
/** What any command may end with. */
const ANY = [ok, usage, delivery];
const MADE = [ok, usage, someUnreadable, noneReadable, delivery];
/** Where no report is made. */
const NOT_READ = { [someUnreadable]: "Some CRMs could not be read, or have no table to read." };
const JUDGED = [ok, finding, usage, someUnreadable, noneReadable, delivery];

/** By the words of the command. */
const PAGES: Record<string, Written> = {
  "": {
    examples: [
      ["demo", "try it without a warehouse"],
      ["generate", "report on every CRM of the configuration"],
    ],
  },
  generate: {
    examples: [
      ["generate --crm hubspot,genius --time-window 7d", "two CRMs, the last seven days"],
      ["generate -f json -o report.json --fail-on critical", "the whole pass as a file; exit 1 where it is critical"],
    ],
    topic: "report",
    exits: JUDGED,
  },
  explain: {
    examples: [
      ["explain hubspot", "every rule of a CRM, worst first"],
      ["explain hubspot contacts", "why one rule is flagged, and what to do"],
    ],
    topic: "report",
    exits: [ok, usage, noneReadable, delivery],
  },
  check: {
    examples: [
      ["check", "look at every warehouse"],
      ["check --crm genius --analyze", "at one, and at what its query really does"],
    ],
    topic: "troubleshooting",
    exits: MADE,
    meanings: NOT_READ,
  },
  schedule: {
    examples: [
      ["schedule -c /etc/automation-reports/config.toml", "make the reports of every schedule until SIGTERM"],
      ["schedule list", "when the next reports are made"],
    ],
    topic: "schedules",
    exits: ANY,
  },
  serve: {
    examples: [
      ["serve -c /etc/automation-reports/config.toml", "dashboard, API, metrics and every schedule until SIGTERM"],
      ["serve -v", "say what is done"],
    ],
    topic: "serve",
    exits: ANY,
  },
  export: {
    examples: [
      ["export site public", "the dashboard as files, to open or to put on any web server"],
      ["export site /srv/www/reports --passes 1", "the newest pass alone, where a web server finds it"],
    ],
    topic: "dashboard",
    exits: ANY,
  },
  "export site": {
    examples: [
      ["export site public", "the newest reports as pages in that directory"],
      ["export site public --passes 48 --range 30d", "more of the past"],
    ],
    topic: "dashboard",
    exits: ANY,
  },
  "schedule list": {
    examples: [
      ["schedule list", "every schedule and its next times"],
      ["schedule list -f json | jq -r '.[].name'", "the names alone"],
    ],
    topic: "schedules",
    exits: ANY,
  },
  "schedule run": {
    examples: [
      ["schedule run morning", "make the report of that schedule that is due now"],
      ["schedule run morning -v", "the same, and say what is done"],
    ],
    topic: "schedules",
    exits: JUDGED,
  },
  "schedule history": {
    examples: [
      ["schedule history", "the newest 20 times, and what became of them"],
      ["schedule history --schedule morning --limit 100", "of one schedule, farther back"],
    ],
    topic: "schedules",
    exits: ANY,
  },
  "schedule status": {
    examples: [
      ["schedule status", "whether the schedules do their work"],
      ["schedule status -q || echo 'reports are missing'", "for a monitoring script"],
    ],
    topic: "schedules",
    exits: [ok, finding, usage, delivery],
    meanings: { [finding]: "A schedule does not do its work." },
  },
  demo: {
    examples: [
      ["demo", "make a warehouse here and report on it"],
      ["demo --dir another --seed 7", "elsewhere, with other activity"],
    ],
    topic: "report",
    exits: MADE,
  },
  history: {
    examples: [
      ["history list --since 7d", "the reports of a week"],
      ["history list --crm hubspot", "those of one CRM"],
    ],
    topic: "store",
    exits: ANY,
  },
  "history list": {
    examples: [
      ["history list --crm hubspot --since 7d", "one CRM's reports of a week"],
      ["history list -f json | jq -r '.[0].id'", "the id of the newest report"],
    ],
    topic: "store",
    exits: ANY,
  },
  "history show": {
    examples: [
      ["history show latest", "print the newest pass again"],
      ["history show hubspot-20260710T210000Z-2a5543 -f json", "one report as JSON"],
    ],
    topic: "store",
    exits: ANY,
  },
  "history diff": {
    examples: [
      ["history diff hubspot", "what is new since the report before, and what is over"],
      ["history diff hubspot-20260710T040000Z-50f8cd hubspot-20260710T210000Z-2a5543 -f json", "two reports, as JSON"],
    ],
    topic: "store",
    exits: ANY,
  },
  "history explain": {
    examples: [
      ["history explain hubspot", "the rules of its newest kept report, worst first"],
      ["history explain hubspot@7d deals", "why deals was flagged a week ago"],
    ],
    topic: "store",
    exits: ANY,
  },
  memory: {
    examples: [
      ["memory show", "how much is known of each CRM"],
      ["memory fill", "read the last 56 days back from the warehouses"],
    ],
    topic: "memory",
    exits: ANY,
  },
  "memory show": {
    examples: [
      ["memory show hubspot", "each rule's runs, interval, duration and records"],
      ["memory show hubspot deals --since 100d", "one rule week by week, farther back"],
    ],
    topic: "memory",
    exits: ANY,
  },
  "memory fill": {
    examples: [
      ["memory fill --crm hubspot", "read what is not known of the last 56 days"],
      ["memory fill --since 7d --again", "read a week anew, such as after old rows were corrected"],
    ],
    topic: "memory",
    exits: MADE,
    meanings: NOT_READ,
  },
  "memory check": {
    examples: [
      ["memory check", "compare seven days of each CRM with its warehouse"],
      ["memory check --crm genius --days 56", "more days of one"],
    ],
    topic: "memory",
    exits: JUDGED,
    meanings: {
      [ok]: "The days that were compared are as the warehouse has them.",
      [finding]: "Days differ from the warehouse.",
      [usage]: "Usage or configuration error, or nothing is remembered to compare.",
      [someUnreadable]: "Some CRMs could not be read, or have no table to read. The others were compared.",
    },
  },
  "memory ignore": {
    examples: [
      ["memory ignore --from 2026-07-04T20:00:00Z --to 2026-07-05T06:00:00Z", "leave a maintenance out of the past"],
      ["memory ignore --crm genius --from 2026-07-04 --undo", "take back what was ignored since then"],
    ],
    topic: "memory",
    exits: ANY,
  },
  "memory forget": {
    examples: [
      ["memory forget genius", "forget all that is remembered of a CRM"],
      ["memory forget genius -c /etc/automation-reports/config.toml", "in the store of another configuration"],
    ],
    topic: "memory",
    exits: ANY,
  },
  rules: {
    examples: [
      ["rules retire old_export", "that it no longer runs is no outage"],
      ["rules retire old_export --undo", "it is expected to run again"],
    ],
    topic: "memory",
    exits: ANY,
  },
  "rules retire": {
    examples: [
      ["rules retire old_export --crm hubspot", "call a rule of one CRM over"],
      ["rules retire old_export --undo", "it is expected to run again"],
    ],
    topic: "memory",
    exits: ANY,
  },
  store: {
    examples: [
      ["store check", "look for damage"],
      ["store backup backup.sqlite", "copy the store while it is in use"],
    ],
    topic: "store",
    exits: ANY,
  },
  "store check": {
    examples: [
      ["store check", "look for damage"],
      ["store check -c /etc/automation-reports/config.toml", "in the store of another configuration"],
    ],
    topic: "store",
    exits: ANY,
  },
  "store prune": {
    examples: [
      ["store prune", "delete what is older than the retention"],
      ["store prune --older-than 30d", "delete what is older than 30 days"],
    ],
    topic: "store",
    exits: ANY,
  },
  "store backup": {
    examples: [
      ["store backup backup.sqlite", "copy the store while it is in use"],
      ['store backup "/backup/reports-$(date +%F).sqlite"', "one copy a day"],
    ],
    topic: "store",
    exits: ANY,
  },
  config: {
    examples: [
      ["config init -o automation-reports.toml", "start a configuration"],
      ["config check", "find its mistakes without connecting"],
    ],
    topic: "configuration",
    exits: ANY,
  },
  "config init": {
    examples: [
      ["config init -o automation-reports.toml", "write a configuration to start from"],
      ["config init | less", "read it"],
    ],
    topic: "configuration",
    exits: ANY,
  },
  "config check": {
    examples: [
      ["config check", "find mistakes without connecting anywhere"],
      ["config check --online -c new.toml", "also say which settings match nothing in the warehouses"],
    ],
    topic: "configuration",
    exits: MADE,
    meanings: NOT_READ,
  },
  "config show": {
    examples: [
      ["config show --set", "what differs from the defaults"],
      ["config show -f json | jq '.settings[] | select(.origin == \"file\")'", "the settings of the file, as JSON"],
    ],
    topic: "configuration",
    exits: ANY,
  },
  "config schema": {
    examples: [
      ["config schema > automation-reports.schema.json", "for an editor that completes and checks"],
      ["config schema | jq '.properties | keys'", "the tables there may be"],
    ],
    topic: "configuration",
    exits: ANY,
  },
  systemd: {
    examples: [
      ["systemd print", "look at the units first"],
      ["systemd install", "write them"],
    ],
    topic: "systemd",
    exits: ANY,
  },
  "systemd print": {
    examples: [
      ["systemd print", "a timer for each schedule"],
      ["systemd print --mode serve", "one daemon for all of them, with the dashboard"],
    ],
    topic: "systemd",
    exits: ANY,
  },
  "systemd install": {
    examples: [
      ["systemd install", "write the units to /etc/systemd/system"],
      ["systemd install --dir units --mode daemon", "to another directory, for the daemon"],
    ],
    topic: "systemd",
    exits: ANY,
  },
  schema: {
    examples: [
      ["schema pass > pass.schema.json", "of what generate prints as JSON"],
      ["schema sql --dialect sqlite", "the tables of the automation preset"],
    ],
    topic: "json",
    exits: ANY,
  },
  "schema sql": {
    examples: [
      ["schema sql | psql warehouse", "make the tables in PostgreSQL"],
      ["schema sql --dialect sqlite | sqlite3 warehouse.sqlite", "in SQLite"],
    ],
    topic: "presets",
    exits: ANY,
  },
  completion: {
    examples: [
      ["completion bash > /etc/bash_completion.d/automation-reports", "for every user of bash"],
      ["completion fish > ~/.config/fish/completions/automation-reports.fish", "for one user of fish"],
    ],
    topic: "packaging",
    exits: ANY,
  },
  "completion bash": {
    examples: [
      ["completion bash > /etc/bash_completion.d/automation-reports", "for every user"],
      ["completion bash > ~/.local/share/bash-completion/completions/automation-reports", "for one user"],
    ],
    topic: "packaging",
    exits: ANY,
  },
  "completion zsh": {
    examples: [
      ["completion zsh > /usr/local/share/zsh/site-functions/_automation-reports", "for every user"],
      ["completion zsh > ~/.automation-reports.zsh", "for one user, who sources it after compinit"],
    ],
    topic: "packaging",
    exits: ANY,
  },
  "completion fish": {
    examples: [
      ["completion fish > /etc/fish/completions/automation-reports.fish", "for every user"],
      ["completion fish > ~/.config/fish/completions/automation-reports.fish", "for one user"],
    ],
    topic: "packaging",
    exits: ANY,
  },
  help: {
    examples: [
      ["help", "list the topics"],
      ["help configuration", "every key of the configuration"],
    ],
    exits: ANY,
  },
};

/** Of a help topic: nothing. */
export function manualOf(path: string): Manual {
  const { examples, topic = null, exits = [], meanings = {} } = PAGES[path] ?? pageOfSchema(path);
  return { examples: examples.map(([line, does]) => ({ line, does })), topic, exits, meanings };
}

/** One JSON Schema is called as any other. */
function pageOfSchema(path: string): Written {
  const [group, name = ""] = path.split(" ");
  if (group !== "schema") return { examples: [] };
  return {
    examples: [
      [`schema ${name} > ${name}.schema.json`, "for a program that checks the JSON"],
      [`schema ${name} | jq '.description, keys'`, "a first look"],
    ],
    topic: name === "config" ? "configuration" : "json",
    exits: ANY,
  };
}
