/** Stores to test: a new one of each kind, and processes that work on one at the same time. */
import { madeOutcome, passDocument } from "./passes.ts";
import { Database } from "bun:sqlite";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseTarget, type Target } from "../../src/database/target.ts";
import type { MadePass } from "../../src/store/keep.ts";
import { activity, report } from "./activities.ts";
import { connect } from "./postgres-server.ts";
import { sharedServer } from "./warehouses.ts";

export type StoreKind = "SQLite" | "PostgreSQL";
export const STORE_KINDS: StoreKind[] = ["SQLite", "PostgreSQL"];

/** The URL of a store that nobody used yet. */
export async function newStoreUrl(kind: StoreKind): Promise<string> {
  if (kind === "SQLite")
    return `sqlite:${join(mkdtempSync(join(tmpdir(), "automation-reports-store-")), "state", "s.sqlite")}`;
  const database = await (await sharedServer()).createDatabase();
  await database.close();
  return database.url;
}

export function targetOf(url: string): Target {
  const target = parseTarget(url, "/");
  if ("problem" in target) throw new Error(target.problem);
  return target;
}

/** Changes the store's rows with SQL, as another program would. */
export async function alterStore(kind: StoreKind, url: string, sql: string): Promise<void> {
  if (kind === "SQLite") {
    using database = new Database(url.slice("sqlite:".length));
    database.run(sql);
    return;
  }
  const connection = connect(url);
  await connection.unsafe(sql);
  await connection.end();
}

/** A pass that made one report for each of the sources, generated at that time. */
export function madePass(sources: string[], generated = "2026-07-10T21:00:00.412Z"): MadePass {
  const passId = Bun.randomUUIDv7();
  const reports = sources.map((source) => {
    const made = report(activity({ source }));
    return { ...made, metadata: { ...made.metadata, pass_id: passId, report_generated_at: generated } };
  });
  const [first] = reports;
  return {
    pass: passDocument({
      pass_id: passId,
      started_at: generated,
      window: { start: first?.metadata.window_start ?? generated, end: first?.metadata.window_end ?? generated },
      outcomes: reports.map(madeOutcome),
    }),
    reports,
    seen: [],
  };
}

/** A process that claims every slot it can get, and prints the numbers of those that it got. */
export function startClaimer(url: string, slots: number, leaseMs: number, mode: "end" | "hold" = "end") {
  return Bun.spawn(
    [process.execPath, resolve(import.meta.dir, "store-claimer.ts"), url, String(slots), String(leaseMs), mode],
    {
      stdin: mode === "hold" ? "pipe" : "ignore",
      stdout: "pipe",
      stderr: "inherit",
    },
  );
}
