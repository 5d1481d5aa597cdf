/** The command table. A command's code is loaded when it is called; help needs none of it. */
import { renderUsage, runCommand } from "citty";
import { checkArguments, expandShort } from "./commands/flags/arguments.ts";
import type { Runtime } from "./commands/flags/runtime.ts";
import { suggestName } from "./config/nearest.ts";
import { AppError, EXIT } from "./errors.ts";
import { PROGRAM, type Command, type Entry } from "./help/commands.ts";
import { TOPICS } from "./help/topics.ts";
import { emit } from "./output/stdout.ts";
import { quoteText } from "./text/terminal.ts";
import { VERSION_LINE } from "./version.ts";

/** Every command there is. */
export const COMMANDS: Record<string, Entry> = {
  generate: {
    summary: "Build and print the reports",
    aliases: ["generate_automation_reports"],
    load: async () => (await import("./commands/generate.ts")).default,
  },
  explain: {
    summary: "Say why a rule is flagged, since when, and what to do",
    load: async () => (await import("./commands/explain.ts")).default,
  },
  check: {
    summary: "Look at each CRM's warehouse: connection, rights, tables, speed",
    aliases: ["test_automation_reports"],
    load: async () => (await import("./commands/check.ts")).default,
  },
  schedule: {
    summary: "Make reports on schedule, in the foreground",
    load: async () => (await import("./commands/schedule.ts")).default,
    commands: {
      list: {
        summary: "Show each schedule's last outcome and its next slots",
        load: async () => (await import("./commands/schedule/list.ts")).default,
      },
      run: {
        summary: "Make the reports of a schedule's slot that is due now",
        load: async () => (await import("./commands/schedule/run.ts")).default,
      },
      history: {
        summary: "Show the slots there were and what became of them",
        load: async () => (await import("./commands/schedule/history.ts")).default,
      },
      status: {
        summary: "Tell whether the schedules do their work, for monitoring",
        load: async () => (await import("./commands/schedule/status.ts")).default,
      },
    },
  },
  demo: {
    summary: "Make a warehouse with 30 days of activity and report on it",
    load: async () => (await import("./commands/demo.ts")).default,
  },
  history: {
    summary: "List, show, compare and explain the reports that were kept",
    commands: {
      list: {
        summary: "List the kept reports, newest first",
        load: async () => (await import("./commands/history/list.ts")).default,
      },
      show: {
        summary: "Print a kept report again",
        load: async () => (await import("./commands/history/show.ts")).default,
      },
      diff: {
        summary: "Say what changed from one kept report to another",
        load: async () => (await import("./commands/history/diff.ts")).default,
      },
      explain: {
        summary: "Say why a rule was flagged in a kept report",
        load: async () => (await import("./commands/history/explain.ts")).default,
      },
    },
  },
  store: {
    summary: "Check, prune or back up what is kept",
    commands: {
      check: {
        summary: "Look for damage, wrong rights and reports that cannot be read",
        load: async () => (await import("./commands/store/check.ts")).default,
      },
      prune: {
        summary: "Delete what is older than the retention",
        load: async () => (await import("./commands/store/prune.ts")).default,
      },
      backup: {
        summary: "Copy an SQLite store while it is in use",
        load: async () => (await import("./commands/store/backup.ts")).default,
      },
    },
  },
  config: {
    summary: "Start, check or show a configuration",
    commands: {
      init: {
        summary: "Print a commented configuration to start from",
        load: async () => (await import("./commands/config/init.ts")).default,
      },
      check: {
        summary: "Check the configuration without connecting anywhere",
        load: async () => (await import("./commands/config/check.ts")).default,
      },
      show: {
        summary: "Print every setting in force and where it comes from, secrets left out",
        load: async () => (await import("./commands/config/show.ts")).default,
      },
      schema: {
        summary: "Print the JSON Schema of the configuration",
        load: async () => (await import("./commands/schema.ts")).schemaConfig,
      },
    },
  },
  systemd: {
    summary: "Units for systemd: a timer for each schedule, or one daemon",
    commands: {
      print: {
        summary: "Print the systemd units of the configuration's schedules",
        load: async () => (await import("./commands/systemd/print.ts")).default,
      },
      install: {
        summary: "Write the systemd units and print their paths",
        load: async () => (await import("./commands/systemd/install.ts")).default,
      },
    },
  },
  schema: {
    summary: "Print JSON Schemas and tables",
    commands: {
      report: {
        summary: "Print the JSON Schema of a report",
        load: async () => (await import("./commands/schema.ts")).schemaReport,
      },
      pass: {
        summary: "Print the JSON Schema of a pass",
        load: async () => (await import("./commands/schema.ts")).schemaPass,
      },
      explanation: {
        summary: "Print the JSON Schema of what explain prints",
        load: async () => (await import("./commands/schema.ts")).schemaExplanation,
      },
      check: {
        summary: "Print the JSON Schema of what check finds",
        load: async () => (await import("./commands/schema.ts")).schemaCheck,
      },
      schedules: {
        summary: "Print the JSON Schema of what schedule list prints",
        load: async () => (await import("./commands/schema.ts")).schemaSchedules,
      },
      "schedule-status": {
        summary: "Print the JSON Schema of what schedule status prints",
        load: async () => (await import("./commands/schema.ts")).schemaScheduleStatus,
      },
      slots: {
        summary: "Print the JSON Schema of what schedule history prints",
        load: async () => (await import("./commands/schema.ts")).schemaSlots,
      },
      history: {
        summary: "Print the JSON Schema of what history list prints",
        load: async () => (await import("./commands/schema.ts")).schemaHistory,
      },
      config: {
        summary: "Print the JSON Schema of the configuration",
        load: async () => (await import("./commands/schema.ts")).schemaConfig,
      },
      sql: {
        summary: "Print the tables of the automation preset",
        load: async () => (await import("./commands/schema/sql.ts")).default,
      },
    },
  },
  completion: {
    summary: "Print a completion script for a shell",
    commands: {
      bash: {
        summary: "Print the completion script of bash",
        load: async () => (await import("./commands/completion.ts")).defineCompletion("bash", COMMANDS),
      },
      zsh: {
        summary: "Print the completion script of zsh",
        load: async () => (await import("./commands/completion.ts")).defineCompletion("zsh", COMMANDS),
      },
      fish: {
        summary: "Print the completion script of fish",
        load: async () => (await import("./commands/completion.ts")).defineCompletion("fish", COMMANDS),
      },
    },
  },
  help: {
    summary: "Explain a topic, or show a command's flags",
    load: async () => (await import("./commands/help.ts")).default,
    commands: Object.fromEntries(
      Object.entries(TOPICS).map(([name, { summary }]) => [
        name,
        { summary, load: async () => (await import("./commands/help.ts")).defineTopic(name) },
      ]),
    ),
  },
};

const HELP = ["--help", "-h"];
const VERSION = ["--version", "-v"];
/** For a pipe or a file. */
const HELP_WIDTH = 100;

/** Returns the exit code. Throws an `AppError` for wrong usage before anything is run. */
export async function runCli(argv: string[], runtime: Runtime): Promise<number> {
  const asksForCommand = argv[0] === "help" && findName(argv[1], COMMANDS) !== undefined;
  const wantsHelp = asksForCommand || argv.some((word) => HELP.includes(word));
  const words = (asksForCommand ? argv.slice(1) : argv).filter((word) => !HELP.includes(word));
  if (words.length === 1 && VERSION.includes(words[0] ?? "")) {
    await emit(VERSION_LINE);
    return EXIT.ok;
  }
  const found = await findCommand(words);
  const { command, path, rest } = found;
  const isGroup = command.run === undefined;
  if (wantsHelp || isGroup) {
    const [word = "-"] = rest;
    const isUnknown = asksForCommand && command.subCommands !== undefined && !word.startsWith("-");
    if (isUnknown || (!wantsHelp && rest.length > 0)) throw unknownCommand(word, command, path);
    await printHelp(command, path, runtime);
    // A topic may have a command's name: it follows the command's flags.
    const isTopicToo = asksForCommand && path.length === 2 && Object.hasOwn(TOPICS, path[1] ?? "");
    return isTopicToo ? await run(await findCommand(["help", path[1] ?? "", ...rest]), runtime) : EXIT.ok;
  }
  return await run(found, runtime);
}

type Found = { command: Command; path: string[]; rest: string[] };

async function run({ command, path, rest }: Found, runtime: Runtime): Promise<number> {
  const [word = "-"] = rest;
  if (command.subCommands !== undefined && !word.startsWith("-")) throw unknownCommand(word, command, path);
  const words = expandShort(rest);
  checkArguments(command, words, path);
  // citty would take the first word for a command of the group.
  const { subCommands: _, ...alone } = command;
  const { result } = await runCommand(alone, { rawArgs: words, data: runtime });
  return result as number;
}

async function findCommand(words: string[]): Promise<Found> {
  let entries = COMMANDS;
  let command = describeGroup(PROGRAM, "Reports on CRM-to-warehouse automations", COMMANDS);
  const path = [PROGRAM];
  for (const [index, word] of words.entries()) {
    const name = findName(word, entries);
    const entry = name === undefined ? undefined : entries[name];
    if (name === undefined || entry === undefined) return { command, path, rest: words.slice(index) };
    path.push(name);
    const own = await entry.load?.();
    if (entry.commands === undefined) {
      const meta = { name, description: entry.summary };
      return { command: { ...own, meta }, path, rest: words.slice(index + 1) };
    }
    entries = entry.commands;
    command = { ...own, ...describeGroup(name, entry.summary, entries) };
  }
  return { command, path, rest: [] };
}

function findName(word: string | undefined, entries: Record<string, Entry>): string | undefined {
  return Object.keys(entries).find(
    (key) => word !== undefined && (key === word || entries[key]?.aliases?.includes(word)),
  );
}

function describeGroup(name: string, description: string, entries: Record<string, Entry>): Command {
  return {
    meta: { name, description },
    subCommands: Object.fromEntries(
      Object.entries(entries).map(([key, entry]) => [key, { meta: { name: key, description: entry.summary } }]),
    ),
  };
}

async function printHelp(command: Command, path: string[], { environment }: Runtime): Promise<void> {
  const usage = await renderUsage(
    command,
    path.length > 1 ? { meta: { name: path.slice(0, -1).join(" ") } } : undefined,
  );
  const plain = environment.noColor || !environment.stdout.terminal;
  const topics = path.length > 1 ? "" : `\n${listTopics(environment.stdout.columns ?? HELP_WIDTH)}\n`;
  await emit(`${plain ? Bun.stripANSI(usage) : usage}\n${topics}`);
}

function listTopics(width: number): string {
  const text = `${PROGRAM} help TOPIC explains ${Object.keys(TOPICS).join(", ")}.`;
  return Bun.wrapAnsi(text, width, { trim: true });
}

function unknownCommand(word: string, command: Command, path: string[]): AppError {
  const isHelp = path[1] === "help";
  const see = `See ${path.join(" ")} --help`;
  if (word.startsWith("-"))
    return new AppError("usage", `flag ${quoteText(word)} stands before the command: write it after. ${see}`);
  const inside = Object.keys(command.subCommands as Record<string, Command>);
  const names = isHelp ? [...new Set([...inside, ...Object.keys(COMMANDS)])] : inside;
  const what = isHelp ? "topic" : "command";
  return new AppError("usage", `unknown ${what} ${quoteText(word)}: ${suggestName(word, names)} ${see}`);
}
