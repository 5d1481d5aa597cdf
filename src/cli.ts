/** The command table. A command's code is loaded when it is called; help needs none of it. */
import type { Entry } from "./help/commands.ts";
import { TOPICS } from "./help/topics.ts";

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
  serve: {
    summary: "Serve dashboard, API and metrics over HTTP, and make reports on schedule",
    aliases: ["--serve"],
    load: async () => (await import("./commands/serve.ts")).default,
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
  memory: {
    summary: "What is remembered of each rule's past, by which it is judged",
    commands: {
      show: {
        summary: "Show what is remembered of a CRM or a rule",
        load: async () => (await import("./commands/memory/show.ts")).default,
      },
      fill: {
        summary: "Read the past back from the warehouses, day by day",
        load: async () => (await import("./commands/memory/fill.ts")).default,
      },
      check: {
        summary: "Compare some remembered days with the warehouse",
        load: async () => (await import("./commands/memory/check.ts")).default,
      },
      ignore: {
        summary: "Leave hours out of the past, such as a maintenance",
        load: async () => (await import("./commands/memory/ignore.ts")).default,
      },
      forget: {
        summary: "Forget all that is remembered of a CRM",
        load: async () => (await import("./commands/memory/forget.ts")).default,
      },
    },
  },
  rules: {
    summary: "Say which rules are over",
    commands: {
      retire: {
        summary: "Call a rule over: that it no longer runs is no outage",
        load: async () => (await import("./commands/rules/retire.ts")).default,
      },
    },
  },
  export: {
    summary: "Write what is kept as files for others to look at",
    commands: {
      site: {
        summary: "Write the dashboard's pages as files that open without a server",
        load: async () => (await import("./commands/export/site.ts")).default,
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
      memory: {
        summary: "Print the JSON Schema of what memory show prints",
        load: async () => (await import("./commands/schema.ts")).schemaMemory,
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
      names: {
        summary: "Print the names that a completion script asks for",
        hidden: true,
        load: async () => (await import("./commands/names.ts")).default,
      },
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
