/** What `help TOPIC` explains. The text of a topic is loaded when it is asked for. */
import { writeTable } from "./table.ts";

export type Topic = {
  /** One line, for lists of topics. */
  summary: string;
  /** A page of Markdown. */
  load: () => Promise<string>;
};

export const TOPICS: Record<string, Topic> = {
  configuration: {
    summary: "The configuration file: where it is looked for, and every key",
    load: async () => {
      const [page, { writeKeysTable }, { listKeys }] = await Promise.all([
        import("./topics/configuration.md", { with: { type: "text" } }),
        import("./keys-table.ts"),
        import("../config/keys.ts"),
      ]);
      return fill(page.default, { keys: writeKeysTable(listKeys()) });
    },
  },
  connections: {
    summary: "Connection URLs, TLS, password files and standby servers",
    load: async () => (await import("./topics/connections.md", { with: { type: "text" } })).default,
  },
  presets: {
    summary: "Which tables a report is made from",
    load: async () => (await import("./topics/presets.md", { with: { type: "text" } })).default,
  },
  report: {
    summary: "What each section of a report says",
    load: async () => (await import("./topics/report.md", { with: { type: "text" } })).default,
  },
  counting: {
    summary: "What is counted, and where the figures come from",
    load: async () => {
      const [page, { CONTRADICTION_MEANINGS }] = await Promise.all([
        import("./topics/counting.md", { with: { type: "text" } }),
        import("../report/data-quality.ts"),
      ]);
      return fill(page.default, {
        contradictions: writeTable(["kind", "meaning"], Object.entries(CONTRADICTION_MEANINGS)),
      });
    },
  },
  findings: {
    summary: "Every finding: what it means, when it is made, how severe it is",
    load: async () => {
      const [page, { writeFindings }] = await Promise.all([
        import("./topics/findings.md", { with: { type: "text" } }),
        import("./findings.ts"),
      ]);
      return fill(page.default, { findings: writeFindings() });
    },
  },
  schedules: {
    summary: "When reports are made by themselves, and what becomes of missed times",
    load: async () => (await import("./topics/schedules.md", { with: { type: "text" } })).default,
  },
  serve: {
    summary: "The dashboard, the API and the metrics over HTTP: who may look, and behind a proxy",
    load: async () => (await import("./topics/serve.md", { with: { type: "text" } })).default,
  },
  dashboard: {
    summary: "The dashboard's pages, and how they are read and shared",
    load: async () => (await import("./topics/dashboard.md", { with: { type: "text" } })).default,
  },
  api: {
    summary: "The API and the metrics of serve, with examples for curl",
    load: async () => (await import("./topics/api.md", { with: { type: "text" } })).default,
  },
  systemd: {
    summary: "Timers or one daemon, their secrets and their limits",
    load: async () => (await import("./topics/systemd.md", { with: { type: "text" } })).default,
  },
  store: {
    summary: "What is kept between passes, where, and for how long",
    load: async () => (await import("./topics/store.md", { with: { type: "text" } })).default,
  },
  memory: {
    summary: "How a rule is judged by its own past, and where that comes from",
    load: async () => (await import("./topics/memory.md", { with: { type: "text" } })).default,
  },
  json: {
    summary: "The JSON of reports and exports, and its schemas",
    load: async () => (await import("./topics/json.md", { with: { type: "text" } })).default,
  },
  "exit-codes": {
    summary: "What the exit code says",
    load: async () => {
      const [page, { writeExitCodes }] = await Promise.all([
        import("./topics/exit-codes.md", { with: { type: "text" } }),
        import("./exit-codes.ts"),
      ]);
      return fill(page.default, { exits: writeExitCodes() });
    },
  },
  security: {
    summary: "The database role, secrets, and what is masked",
    load: async () => (await import("./topics/security.md", { with: { type: "text" } })).default,
  },
  performance: {
    summary: "What a report costs a warehouse, and which index pays",
    load: async () => (await import("./topics/performance.md", { with: { type: "text" } })).default,
  },
  troubleshooting: {
    summary: "Messages, and what to do about each",
    load: async () => (await import("./topics/troubleshooting.md", { with: { type: "text" } })).default,
  },
  "older-commands": {
    summary: "What replaces the older commands, Celery and flower",
    load: async () => (await import("./topics/older-commands.md", { with: { type: "text" } })).default,
  },
  packaging: {
    summary: "Releases, packages and stripped executables",
    load: async () => (await import("./topics/packaging.md", { with: { type: "text" } })).default,
  },
};

/** Puts each made part in the place of its name between braces, which has a line to itself. */
function fill(page: string, parts: Record<string, string>): string {
  return page.replaceAll(/^\{(\w+)\}$/gm, (written, name: string) => parts[name] ?? written);
}
