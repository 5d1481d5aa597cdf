/** Opens the configured store. Whoever writes makes its tables or brings them up to date. */
import * as v from "valibot";
import type { Target } from "../database/target.ts";
import type { Access, Engine } from "./engine.ts";
import { memoryOf } from "./memory.ts";
import { judgeTables, migrate } from "./migrate.ts";
import { reportsOf } from "./reports.ts";
import { whole } from "./rows.ts";
import { checkShape } from "./shape.ts";
import { slotsOf } from "./slots.ts";
import type { Families, Store } from "./store.ts";

/** Takes what an insert takes, the right to it and the writer's lock, and has no rows. */
const INSERT_NOTHING =
  "INSERT INTO automation_reports_passes SELECT * FROM automation_reports_passes WHERE 1 = 0 RETURNING 1 AS inserted";

/** What is told of rows that are left out and of the file that holds them, once for each text. */
type Say = (text: string) => void;

/** More texts than these are not remembered: they are told again. */
const MOST_TOLD = 1000;

/** Where the store cannot be used, this and every call of it throws an `AppError` of kind `delivery`, with advice. */
export async function openStore(target: Target, access: Access = "write", say: Say = () => {}): Promise<Store> {
  const engine = access === "write" ? await openToWrite(target, once(say)) : await openToLook(target, once(say));
  const families: Families = { reports: reportsOf(engine), slots: slotsOf(engine), memory: memoryOf(engine) };
  return {
    ...families,
    place: engine.place,
    isThere: engine.isThere ?? true,
    check: async (shared = false) => {
      if (engine.isThere === false) return [];
      const problems = await engine.check(shared);
      const lacking = await checkShape(engine);
      problems.push(...lacking);
      // Without its columns no row can be read.
      if (lacking.length > 0) return problems;
      for (const family of Object.values(families)) problems.push(...(await family.check()));
      return problems;
    },
    version: () => engine.version(),
    size: async () => {
      const [row] = await engine.look(async (ask) => await ask(engine.measureSize, []));
      return v.parse(whole, row?.["bytes"] ?? 0);
    },
    backup: async (path) => await engine.backup(path),
    tryToWrite: async () => {
      await engine.transact(async (ask) => await ask(INSERT_NOTHING, []));
    },
    prune: async (nowMs, { retentionMs, memoryMs }) => ({
      ...(await families.reports.prune(nowMs - retentionMs)),
      ...(await families.slots.prune(nowMs - retentionMs)),
      ...(await families.memory.prune(nowMs - memoryMs)),
    }),
    [Symbol.asyncDispose]: async () => await engine.close(),
  };
}

function once(say: Say): Say {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    if (told.size >= MOST_TOLD) told.clear();
    told.add(text);
    say(text);
  };
}

async function openToWrite(target: Target, say: Say): Promise<Engine> {
  const engine = await openEngine(target, "write", say);
  try {
    await migrate(engine);
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Where there is no store yet, nothing is in it and none is made. */
async function openToLook(target: Target, say: Say): Promise<Engine> {
  const engine = await openEngine(target, "look", say);
  let found: Awaited<ReturnType<typeof judgeTables>>;
  try {
    found = await judgeTables(engine);
    if (found === "current") return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
  await engine.close();
  if (found === "old") return await openToWrite(target, say);
  const nothing = { ...(await import("./sqlite.ts")).openNothing(), place: engine.place, isThere: false };
  await migrate(nothing);
  return nothing;
}

async function openEngine(target: Target, access: Access, say: Say): Promise<Engine> {
  return target.kind === "sqlite"
    ? (await import("./sqlite.ts")).openSqlite(target, access, say)
    : (await import("./postgres.ts")).openPostgres(target, access, say);
}
