/** `[export]`: reports as files. */
import * as v from "valibot";
import { boolean, describe, positiveWhole, path } from "./fields.ts";

export const DEFAULT_OUTPUT_DIRECTORY = "logs/automation_reports";

export const exportSchema = v.strictObject({
  enabled: describe(
    "Whether generate exports without being asked by --export-json. A schedule exports as its own export says.",
    v.optional(boolean, false),
  ),
  dir: describe(
    `The folder of the exports. By default ${DEFAULT_OUTPUT_DIRECTORY}, from where the program is started.`,
    v.optional(path),
  ),
  keep: describe(
    "How many of the newest exports of each CRM are kept. By default all.",
    v.optional(v.nullable(positiveWhole), null),
  ),
});
