/** Opens the store where it is configured to be, its tables made or brought up to date. */
import type { Target } from "../database/target.ts";
import type { Engine } from "./engine.ts";
import { migrate } from "./migrate.ts";
import { checkReports, keepPass, listReports, prune, readReport } from "./reports.ts";
import { claimSlot, endSlot, giveUpSlot, listSlots, renewSlot, skipSlot } from "./slots.ts";
import type { Store } from "./store.ts";

/** Throws an `AppError` of kind `delivery`, with advice, where it cannot be used; so does every call of the store. */
export async function openStore(target: Target): Promise<Store> {
  const engine = await openEngine(target);
  try {
    await migrate(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return {
    place: engine.place,
    keepPass: async (kept) => await keepPass(engine, kept),
    listReports: async (filter) => await listReports(engine, filter),
    readReport: async (id) => await readReport(engine, id),
    claimSlot: async (key, holder, leaseMs) => await claimSlot(engine, key, holder, leaseMs),
    renewSlot: async (key, holder, leaseMs) => await renewSlot(engine, key, holder, leaseMs),
    endSlot: async (key, holder, end) => await endSlot(engine, key, holder, end),
    giveUpSlot: async (key, note) => await giveUpSlot(engine, key, note),
    skipSlot: async (key, note) => await skipSlot(engine, key, note),
    listSlots: async (filter) => await listSlots(engine, filter),
    prune: async (beforeMs) => await prune(engine, beforeMs),
    check: async () => [...(await engine.check()), ...(await checkReports(engine))],
    backup: async (path) => await engine.backup(path),
    [Symbol.asyncDispose]: async () => await engine.close(),
  };
}

async function openEngine(target: Target): Promise<Engine> {
  return target.kind === "sqlite"
    ? (await import("./sqlite.ts")).openSqlite(target)
    : (await import("./postgres.ts")).openPostgres(target);
}
