import { defineCommand, type CommandDef } from "citty";
import type { GenericSchema } from "valibot";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { writeJson } from "../text/json.ts";
import type { CommandResult } from "./runtime.ts";

type LoadSchema = () => Promise<GenericSchema>;

/** A command that prints one of our schemas as JSON Schema (draft 7). */
function definePrinter(name: string, description: string, load: LoadSchema): CommandDef {
  return defineCommand({
    meta: { name, description },
    async run(): CommandResult {
      const { toJsonSchema } = await import("@valibot/to-json-schema");
      // Checks and transformations have no counterpart in JSON Schema; what they refuse is refused at load.
      const schema = toJsonSchema(await load(), { typeMode: "input", errorMode: "ignore" });
      await emit(writeJson(schema));
      return EXIT.ok;
    },
  });
}

export const schemaReport = definePrinter(
  "report",
  "Print the JSON Schema of a report",
  async () => (await import("../report/schema.ts")).ReportSchema,
);

export const schemaPass = definePrinter(
  "pass",
  "Print the JSON Schema of a pass",
  async () => (await import("../report/pass-schema.ts")).PassSchema,
);

const loadConfigSchema: LoadSchema = async () => (await import("../config/schema.ts")).ConfigSchema;
const CONFIG_DESCRIPTION = "Print the JSON Schema of the configuration";

export const schemaConfig = definePrinter("config", CONFIG_DESCRIPTION, loadConfigSchema);

/** The same as `schema config`, where one looks for it. */
export const configSchema = definePrinter("schema", CONFIG_DESCRIPTION, loadConfigSchema);

export const schemaCheck = definePrinter(
  "check",
  "Print the JSON Schema of what check finds",
  async () => (await import("../check/schema.ts")).CheckSchema,
);
