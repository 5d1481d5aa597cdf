import type { GenericSchema } from "valibot";
import { EXIT } from "../errors.ts";
import type { Command } from "../help/commands.ts";
import { emit } from "../output/stdout.ts";
import { writeJson } from "../text/json.ts";
import { defineCommand } from "./flags/command.ts";

/** A command that prints one of our schemas as JSON Schema (draft 7). */
function definePrinter(load: () => Promise<GenericSchema>): Command {
  return defineCommand({}, async () => {
    const { toJsonSchema } = await import("@valibot/to-json-schema");
    // Checks and transformations have no counterpart in JSON Schema; what they refuse is refused at load.
    const schema = toJsonSchema(await load(), { typeMode: "input", errorMode: "ignore" });
    await emit(writeJson(schema));
    return EXIT.ok;
  });
}

export const schemaReport = definePrinter(async () => (await import("../report/document/schema.ts")).ReportSchema);
export const schemaPass = definePrinter(async () => (await import("../report/document/pass-schema.ts")).PassSchema);
export const schemaCheck = definePrinter(async () => (await import("../check/schema.ts")).CheckListSchema);
export const schemaExplanation = definePrinter(
  async () => (await import("../report/document/explanation-schema.ts")).ExplanationsSchema,
);
export const schemaSchedules = definePrinter(async () => (await import("../schedule/published.ts")).SchedulesSchema);
export const schemaScheduleStatus = definePrinter(
  async () => (await import("../schedule/published.ts")).ScheduleStatusSchema,
);
export const schemaSlots = definePrinter(async () => (await import("../schedule/published.ts")).SlotsSchema);
export const schemaHistory = definePrinter(async () => (await import("../store/published.ts")).HistorySchema);
export const schemaMemory = definePrinter(async () => (await import("../report/memory/summary.ts")).MemoriesSchema);
export const schemaConfig = definePrinter(async () => (await import("../config/schema.ts")).ConfigSchema);
