/** A database of a test's own on either engine, with the tables that its statements make. */
import { Database } from "bun:sqlite";
import { join } from "node:path";
import type { CaseEngine } from "./cases.ts";
import { freshDirectory } from "./cli.ts";
import { sharedServer } from "./warehouses.ts";

export type OwnTables = AsyncDisposable & { url: string; execute: (sql: string) => Promise<void> };

/** The statements are those of both engines. */
export async function makeTables(engine: CaseEngine, statements: string): Promise<OwnTables> {
  const made = engine === "postgresql" ? await makeOnPostgres() : makeOnSqlite();
  await made.execute(statements);
  return made;
}

async function makeOnPostgres(): Promise<OwnTables> {
  const { sql, url, close } = await (await sharedServer()).createDatabase();
  return {
    url,
    execute: async (statements) => void (await sql.unsafe(statements)),
    [Symbol.asyncDispose]: close,
  };
}

function makeOnSqlite(): OwnTables {
  const path = join(freshDirectory(), "own.sqlite");
  return {
    url: `sqlite:${path}`,
    execute: async (statements) => {
      using database = new Database(path);
      database.run(statements);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
