/** What the commands about kept reports share: a report by its id, and times and CRMs as an operator types them. */
import { parseDuration } from "../../time/duration.ts";
import { CRM_NAME } from "../../config/sections/fields.ts";
import { AppError } from "../../errors.ts";
import { quoteText } from "../../text/terminal.ts";
import type { Report } from "../../report/schema.ts";
import type { Store } from "../../store/store.ts";
import { readInstant } from "./flags.ts";
import { DAY_MS } from "../../time/units.ts";

/** Throws an `AppError` where the store has no such report, or one that can no longer be read. */
export async function readKeptReport(store: Store, id: string): Promise<Report> {
  const read = await store.reports.read(id);
  if (read.status === "read") return read.report;
  if (read.status === "unreadable")
    throw new AppError("delivery", `report ${id} in ${store.place} cannot be read: ${read.problem}`);
  throw new AppError(
    "usage",
    `no report ${quoteText(id)} is kept in ${store.place}: see automation-reports history list`,
  );
}

/** Epoch milliseconds. A length of time counts back from now; a bare number means days. */
export function readTime(flag: string, text: string, nowMs: number): number {
  const ago = parseDuration(text, DAY_MS);
  return ago === null ? readInstant(flag, text) : nowMs - Math.round(Math.abs(ago));
}

/** Any CRM's name will do: a CRM that is no longer configured may still have reports. */
export function readSources(flag: string | undefined): string[] | undefined {
  if (flag === undefined || flag === "all") return undefined;
  const names = flag.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !CRM_NAME.test(name));
  if (wrong !== undefined) throw new AppError("usage", `--crm: ${quoteText(wrong)} is no CRM's name; write --crm a,b`);
  return names;
}
