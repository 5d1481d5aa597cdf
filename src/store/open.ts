/** Opens the configured store, and makes its tables or brings them up to date. */
import type { Target } from "../database/target.ts";
import type { Engine } from "./engine.ts";
import { migrate } from "./migrate.ts";
import { reportsOf } from "./reports.ts";
import { slotsOf } from "./slots.ts";
import type { Families, Store } from "./store.ts";

/** Where the store cannot be used, this and every call of it throws an `AppError` of kind `delivery`, with advice. */
export async function openStore(target: Target): Promise<Store> {
  const engine = await openEngine(target);
  try {
    await migrate(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
  const families: Families = { reports: reportsOf(engine), slots: slotsOf(engine) };
  return {
    ...families,
    place: engine.place,
    check: async (shared = false) => {
      const problems = await engine.check(shared);
      for (const family of Object.values(families)) problems.push(...(await family.check()));
      return problems;
    },
    backup: async (path) => await engine.backup(path),
    prune: async (beforeMs) => ({
      ...(await families.reports.prune(beforeMs)),
      ...(await families.slots.prune(beforeMs)),
    }),
    [Symbol.asyncDispose]: async () => await engine.close(),
  };
}

async function openEngine(target: Target): Promise<Engine> {
  return target.kind === "sqlite"
    ? (await import("./sqlite.ts")).openSqlite(target)
    : (await import("./postgres.ts")).openPostgres(target);
}
