/** What the commands about the memory share: the chosen CRMs with the store, and hours as one types them. */
import { suggestName } from "../../config/nearest.ts";
import { AppError } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import type { Log } from "../../log.ts";
import type { Access } from "../../store/engine.ts";
import type { Store } from "../../store/store.ts";
import { DAY_MS, HOUR_MS } from "../../time/units.ts";
import { openConfigured } from "./configuration.ts";
import { chooseCrms, withTimeout, type Chosen } from "./crms.ts";
import { readSources, readTime } from "./reports.ts";
import type { Runtime } from "./runtime.ts";

/** The caller disposes of the store. `look`: nothing is written to it. */
export async function openChosen(
  flags: { config?: string | undefined; crm?: string | undefined; timeout?: string | undefined },
  runtime: Runtime,
  log: Log,
  access: Access,
): Promise<Chosen & { store: Store }> {
  const { config, store } = await openConfigured(flags, runtime, log, access);
  try {
    return { config, store, crms: withTimeout(chooseCrms(flags.crm, config.crms), flags.timeout) };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

/** A CRM that is no longer configured may still be remembered. */
export async function requireRemembered(store: Store, name: string, configured: string[]): Promise<void> {
  const known = (await store.memory.list()).map(({ source }) => source);
  if (known.includes(name)) return;
  const advice = configured.includes(name)
    ? "scheduled reports fill it, and so does automation-reports memory fill"
    : suggestName(name, [...new Set([...known, ...configured])]);
  throw new AppError("usage", `nothing is remembered of ${quoteTyped(name)} in ${store.place}: ${advice}`);
}

/** Whole hours since the epoch around those moments. A date alone is a UTC day, and as the end it is part of the span. */
export function readHourSpan(from: string, to: string | undefined, nowMs: number): [fromHour: number, toHour: number] {
  const fromMs = readMoment("--from", from, nowMs);
  const toMs = to === undefined ? nowMs : readMoment("--to", to, nowMs) + (isDate(to) ? DAY_MS : 0);
  if (fromMs >= toMs) throw new AppError("usage", `--from ${quoteTyped(from)}: it must lie before --to`);
  return [Math.floor(fromMs / HOUR_MS), Math.ceil(toMs / HOUR_MS)];
}

/**
 * The CRMs of a flag, all that are configured where it is not given. One that is no longer configured will do where the store
 * knows it. Throws an `AppError` for any other.
 */
export async function nameSources(
  flag: string | undefined,
  configured: string[],
  store: Store,
  nowMs: number,
): Promise<string[]> {
  const names = readSources(flag);
  if (names === undefined) return configured;
  for (const name of names) {
    if (!configured.includes(name)) await requireKept(store, name, configured, nowMs);
  }
  return names;
}

/** What an operator said of its hours and rules can be taken back, whatever else is gone. */
async function requireKept(
  { memory, reports, place }: Store,
  name: string,
  configured: string[],
  nowMs: number,
): Promise<void> {
  const remembered = [...(await memory.list()), ...(await memory.listIgnored())].map(({ source }) => source);
  const retired = (await memory.read([name], nowMs)).get(name)?.retired ?? [];
  const isKept = retired.length > 0 || (await reports.count({ sources: [name] })) > 0;
  if (remembered.includes(name) || isKept) return;
  const known = [...new Set([...configured, ...remembered])];
  throw new AppError(
    "usage",
    `--crm: ${quoteTyped(name)} is not configured, and nothing is kept of it in ${place}: ${suggestName(name, known)}`,
  );
}

function readMoment(flag: string, text: string, nowMs: number): number {
  return readTime(flag, isDate(text) ? `${text}T00:00:00Z` : text, nowMs);
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text);
}
