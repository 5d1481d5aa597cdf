/** `[calendar]`: days that are not like others. */
import * as v from "valibot";
import { describe, path } from "./fields.ts";

export const calendarSchema = v.strictObject({
  holidays: describe(
    "An iCalendar file (.ics) of holidays. Its all-day events count like Sundays when a rule is judged by its past.",
    v.optional(path),
  ),
});
