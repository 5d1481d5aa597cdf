/** One figure of a CRM over time, a point for each kept report. */
import * as v from "valibot";
import { FIGURES, type Figure } from "../../../report/document/digest.ts";
import { describe, instant, number } from "../../../report/document/schema-figures.ts";
import { formatInstant } from "../../../text/figures.ts";
import { crmName } from "./crms.ts";
import type { DigestOf } from "./errors.ts";

export const FIGURE_NAMES = Object.keys(FIGURES) as [Figure, ...Figure[]];

export const SeriesSchema = v.strictObject({
  crm: crmName,
  metric: v.picklist(FIGURE_NAMES),
  help: describe(v.string(), "What it counts"),
  points: describe(
    v.array(
      v.strictObject({
        report: describe(v.string(), "Id of the kept report"),
        origin: describe(v.string(), "The schedule that made it, or adhoc"),
        window_start: instant,
        window_end: instant,
        value: describe(v.nullable(number), "Null: not known"),
      }),
    ),
    "By the end of their windows, oldest first. Windows of several schedules may overlap: filter by origin",
  ),
  is_whole: describe(v.boolean(), "False: older reports fit too, and limit left them out"),
});

export function publishSeries(
  crm: string,
  metric: Figure,
  kept: (DigestOf & { origin: string })[],
  isWhole: boolean,
): v.InferOutput<typeof SeriesSchema> {
  return {
    crm,
    metric,
    help: FIGURES[metric],
    points: kept
      .toSorted((a, b) => a.digest.windowEndMs - b.digest.windowEndMs || a.digest.generatedMs - b.digest.generatedMs)
      .map(({ id, origin, digest }) => ({
        report: id,
        origin,
        window_start: formatInstant(digest.windowStartMs),
        window_end: formatInstant(digest.windowEndMs),
        value: digest.figures[metric],
      })),
    is_whole: isWhole,
  };
}
