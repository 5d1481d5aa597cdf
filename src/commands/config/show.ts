import { readDocument } from "../../config/document.ts";
import { findConfig } from "../../config/find.ts";
import { resolveConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { listSettings, type Setting } from "../../config/show.ts";
import { describeTarget } from "../../database/target.ts";
import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { createRedactor, type Redact } from "../../text/redact.ts";
import { writeJson } from "../../text/json.ts";
import { showText } from "../../text/terminal.ts";
import { CONFIG_FLAG, FORMAT_FLAG } from "../flags/flags.ts";
import { defineCommand } from "../flags/command.ts";

/** Where the origin of a value begins; a longer value pushes it on. */
const ORIGIN_COLUMN = 44;

export default defineCommand(
  {
    ...CONFIG_FLAG,
    ...FORMAT_FLAG,
  },
  async ({ args, runtime }) => {
    const { variables } = runtime.environment;
    const document = await readDocument(findConfig(args.config, variables), variables);
    const config = await resolveConfig(document, variables);
    const redact = createRedactor(config.secrets);
    const settings = await listSettings(document);
    const shown = settings.map((setting) => ({ ...setting, value: redactValue(setting.value, redact) }));
    await emit(args.format === "json" ? writeJson({ path: config.path, settings: shown }) : writeLines(shown, config));
    return EXIT.ok;
  },
);

function redactValue(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactValue(item, redact)]));
}

/** As TOML that could be read again, had it its secrets; what is not set is left out. */
function writeLines(settings: Setting[], config: Config): string {
  const lines = [`# ${config.path}`];
  let table = "";
  for (const setting of settings.filter(({ value }) => value !== null)) {
    const [, crm, key = setting.key] = /^crm\.([^.]+)\.(.*)$/.exec(setting.key) ?? [];
    if (crm !== undefined && crm !== table) {
      table = crm;
      const target = config.crms.find(({ name }) => name === crm)?.target;
      lines.push("", `[crm.${crm}]${target === undefined ? "" : `  # ${target.kind} ${describeTarget(target)}`}`);
    }
    lines.push(`${`${key} = ${writeToml(setting.value)}`.padEnd(ORIGIN_COLUMN)} # ${describeOrigin(setting)}`);
  }
  return `${lines.map(showText).join("\n")}\n`;
}

function describeOrigin({ origin, position, variables }: Setting): string {
  if (origin === "built-in") return "built-in";
  const where = `${origin === "defaults" ? "[defaults], " : ""}line ${position?.line ?? "?"}`;
  return variables.length === 0 ? where : `${where}, $${variables.join(", $")}`;
}

function writeToml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeToml).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)} = ${writeToml(item)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}
