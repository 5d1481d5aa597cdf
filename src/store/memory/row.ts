/** The rows of every table of the memory, as this program writes them. What is packed in them is read elsewhere. */
import * as v from "valibot";
import { DAY_MS, HOUR_MS } from "../../time/units.ts";
import { FARTHEST_MS, instant, whole } from "../rows.ts";
import { WHOLE_DAY } from "./day.ts";
import { DAYS_A_WEEK } from "./week.ts";

/** Days since the epoch, within what the language's dates can hold. */
export const FARTHEST_DAY = FARTHEST_MS / DAY_MS;

const within = (most: number) => v.pipe(whole, v.minValue(-most), v.maxValue(most));
const hour = within(FARTHEST_MS / HOUR_MS);

/** A name as it is kept: a JSON string. */
const text = v.pipe(v.string(), v.parseJson(), v.string());

export const DaySchema = v.object({
  source: v.string(),
  day: within(FARTHEST_DAY),
  hours: v.pipe(whole, v.minValue(0), v.maxValue(WHOLE_DAY)),
});

export const WeekSchema = v.object({
  source: v.string(),
  week: within(Math.floor(FARTHEST_DAY / DAYS_A_WEEK)),
  stamp: whole,
});

export const RetiredSchema = v.object({ source: v.string(), rule: text, since_ms: instant });

export const DisabledSchema = v.object({ source: v.string(), rule: text, seen_ms: instant });

export const IgnoredSchema = v.pipe(
  v.object({ source: v.string(), from_hour: hour, to_hour: hour }),
  v.forward(
    v.check(({ from_hour: from, to_hour: to }) => from < to, "it ends before it begins"),
    ["to_hour"],
  ),
);

const SaidSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.variant("kind", [
    v.object({ kind: v.literal("begin"), reason: v.string(), fromMs: instant }),
    v.object({ kind: v.picklist(["costly", "failed"]), reason: v.string() }),
  ]),
);

/** Both or neither: why the past is not read back any further. */
export const StopSchema = v.union([
  v.object({ stopped_ms: v.null(), stopped: v.null() }),
  v.object({ stopped_ms: instant, stopped: SaidSchema }),
]);
