/**
 * The file of an open store may be removed or replaced, as by whoever puts a backup back. What is then written into the one that is
 * open is lost, and SQLite does not say so.
 */
import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { explainStoreFailure } from "./failure.ts";
import { migrate } from "./migrate.ts";

export type SqliteTarget = Extract<Target, { kind: "sqlite" }>;

/** For so long what others do may be overlooked by whoever asks for the version: a thousand questions in a second are one to the file. */
export const OVERLOOKED_MS = 5;

/** `replace`: opens another database, which takes the place of this one between two transactions. */
export type OpenedEngine = { engine: Engine; replace: (open: () => Database) => Promise<void> };

const REMOVED =
  "its file was removed while it was open: put it back, or start this program again to begin an empty one";

/**
 * Before each call another file in its place is opened. Where there is none the store is away: a new one would be in the way of
 * whoever is putting a backup back.
 */
export function followFile(target: SqliteTarget, { engine, replace }: OpenedEngine, open: () => Database): Engine {
  let held = nameFile(target);
  let named = { file: held, readAt: performance.now() };
  let opening: Promise<void> | null = null;
  const openAnew = async (file: string) => {
    await replace(open);
    await migrate(engine);
    held = file;
    engine.say(`another file is in its place (inode ${file.split(":")[1]}): that one is used from now on`);
  };
  const follow = async () => {
    const file = nameFile(target);
    if (file === null) throw new AppError("delivery", `store ${target.path}: ${REMOVED}`);
    if (file === held && opening === null) return;
    opening ??= openAnew(file).finally(() => {
      opening = null;
    });
    await opening;
  };
  return {
    ...engine,
    transact: async (work) => {
      await follow();
      return await engine.transact(work);
    },
    look: async (work) => {
      await follow();
      return await engine.look(work);
    },
    version: () => {
      const now = performance.now();
      if (now - named.readAt > OVERLOOKED_MS) named = { file: nameFile(target), readAt: now };
      return `${engine.version() ?? ""} ${named.file ?? ""}`;
    },
  };
}

/** By device and inode; null: there is none. */
function nameFile(target: SqliteTarget): string | null {
  try {
    const stats = statSync(target.path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? null : `${stats.dev}:${stats.ino}`;
  } catch (error) {
    throw explainStoreFailure(error, target);
  }
}
