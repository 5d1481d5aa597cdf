/** What the commands about kept reports have in common: a report in the store, and times as one types them. */
import { parseDuration } from "../../time/duration.ts";
import { CRM_NAME } from "../../config/sections/fields.ts";
import { AppError } from "../../errors.ts";
import { quoteText } from "../../text/terminal.ts";
import type { Report } from "../../report/schema.ts";
import type { Store } from "../../store/store.ts";
import { readInstant } from "./flags.ts";
import { DAY_MS } from "../../time/units.ts";

export async function readKept(store: Store, id: string): Promise<Report> {
  const read = await store.readReport(id);
  if (read.status === "read") return read.report;
  if (read.status === "unreadable")
    throw new AppError("delivery", `report ${id} in ${store.place} cannot be read: ${read.problem}`);
  throw new AppError(
    "usage",
    `no report ${quoteText(id)} is kept in ${store.place}: see automation-reports history list`,
  );
}

/** A length of time means so long before now, a bare number days. Epoch milliseconds. */
export function readTime(flag: string, text: string, nowMs: number): number {
  const ago = parseDuration(text, DAY_MS);
  return ago === null ? readInstant(flag, text) : nowMs - Math.round(Math.abs(ago));
}

/** CRMs by name; one that is no longer configured may still have reports. */
export function readSources(flag: string | undefined): string[] | undefined {
  if (flag === undefined || flag === "all") return undefined;
  const names = flag.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !CRM_NAME.test(name));
  if (wrong !== undefined) throw new AppError("usage", `--crm: ${quoteText(wrong)} is no CRM's name; write --crm a,b`);
  return names;
}
