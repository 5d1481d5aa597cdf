/** Brings the store's tables to this program's version. A store that is newer than the program is left alone. */
import { AppError } from "../errors.ts";
import type { Ask, Engine } from "./engine.ts";

/** What migrations wait for; no schedule has this name. */
const LOCK = "the tables";

/** Each migration runs once, even where several processes begin together. Throws where the store is newer than the program. */
export async function migrate(engine: Engine): Promise<void> {
  if ((await judgeTables(engine)) === "current") return;
  await engine.transact(async (ask) => {
    if (engine.lockName !== null) await ask(engine.lockName, [LOCK]);
    const version = await readVersion(engine, ask);
    for (const sql of engine.migrations.slice(version)) await ask(sql);
    await ask("UPDATE automation_reports_schema SET version = $1", [engine.migrations.length]);
  });
}

/** Throws where the store is newer than the program. */
export async function judgeTables(engine: Engine): Promise<"none" | "old" | "current"> {
  const version = await engine.look(async (ask) => await readVersion(engine, ask));
  return version === 0 ? "none" : version < engine.migrations.length ? "old" : "current";
}

/** 0: there are no tables yet. */
async function readVersion(engine: Engine, ask: Ask): Promise<number> {
  const [tables] = await ask(engine.findTables, []);
  if (Number(tables?.["found"]) === 0) return 0;
  const [row] = await ask("SELECT version FROM automation_reports_schema", []);
  const version = Number(row?.["version"]);
  if (Number.isInteger(version) && version > 0 && version <= engine.migrations.length) return version;
  if (!(version > engine.migrations.length)) {
    const advice = "another program changed it: restore a backup, or name another store with [store] path or url";
    throw new AppError(
      "delivery",
      `store ${engine.place}: the version of its tables is not as this program writes it: ${advice}`,
    );
  }
  throw new AppError(
    "delivery",
    `store ${engine.place}: its tables have version ${version}, and this program knows ${engine.migrations.length}: ` +
      "install the newer automation-reports that wrote them, or name another store with [store] path or url",
  );
}
