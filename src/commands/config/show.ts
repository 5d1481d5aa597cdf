import { readDocument } from "../../config/document.ts";
import { findConfig } from "../../config/find.ts";
import { resolveConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { listSettings, type Setting } from "../../config/show.ts";
import { writeSettings } from "../../config/write-settings.ts";
import { writeTomlKey } from "../../config/write-toml.ts";
import { describeTarget } from "../../database/target.ts";
import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { maskName } from "../../report/errors/redact.ts";
import { describeExports } from "../../schedule/scheduled-pass.ts";
import { createRedactor, type Redact } from "../../text/redact.ts";
import { writeJson } from "../../text/json.ts";
import { showText } from "../../text/terminal.ts";
import { CONFIG_FLAG, FORMAT_FLAG } from "../flags/flags.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    ...CONFIG_FLAG,
    set: { type: "boolean", description: "only what differs from the built-in defaults" },
    ...FORMAT_FLAG,
  },
  async ({ args, runtime }) => {
    const { variables } = runtime.environment;
    const document = await readDocument(findConfig(args.config, variables), variables);
    const config = await resolveConfig(document, variables);
    const redact = createRedactor(config.secrets);
    const listed = (await listSettings(document)).filter(({ isDefault }) => args.set !== true || !isDefault);
    const settings = listed.map((setting) => {
      const hide: Redact = holdsNames(setting.path) ? (text) => maskName(redact(text)) : redact;
      return {
        ...setting,
        path: setting.path.map((key) => (typeof key === "string" ? hide(key) : key)),
        value: redactValue(setting.value, hide),
      };
    });
    const lines = () => writeSettings(settings, document.raw, (path) => describeTable(path, config));
    const published = settings.map(({ path, value, origin, position, variables: names }) => ({
      key: writeTomlKey(path),
      value,
      origin,
      position,
      variables: names,
    }));
    await emit(
      args.format === "json"
        ? writeJson({ path: config.path, settings: published })
        : `# ${showText(config.path)}\n${lines()}`,
    );
    return EXIT.ok;
  },
);

/** Settings that hold names of rules, which a report masks. */
const OF_NAMES = ["rules", "exclude_rules", "wrapper_rules", "retired_rules", "rule_names", "statuses"];

function holdsNames(path: Setting["path"]): boolean {
  return path.some((key) => typeof key === "string" && OF_NAMES.includes(key));
}

function redactValue(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactValue(item, redact)]));
}

/** Of a CRM where its warehouse is, of a schedule where its exports go. */
function describeTable([section, name, ...inside]: Setting["path"], config: Config): string | null {
  if (inside.length > 0) return null;
  const schedule = section === "schedule" && typeof name === "number" ? config.schedules[name] : undefined;
  if (schedule !== undefined) return describeExports(schedule, config);
  const target = section === "crm" ? config.crms.find((crm) => crm.name === name)?.target : undefined;
  return target === undefined ? null : `${target.kind} ${describeTarget(target)}`;
}
