/** A warehouse in which things go wrong and are mended while a server looks at it. */
import { Database } from "bun:sqlite";
import { join } from "node:path";
import tables from "../../src/warehouse/presets/tables.sqlite.sql" with { type: "text" };
import { until } from "./faults.ts";
import { installServer, startServer, type Served } from "./serving.ts";

export type Run = {
  crm?: string;
  rule?: string;
  status?: string;
  agoMinutes: number;
  error?: string;
  seconds?: number;
};

export type Living = Served & {
  record: (runs: Run[]) => void;
  /** As if the runs that started since then had never been. */
  forget: (newerThanMinutes: number) => void;
  declare: (rules: { crm?: string; rule: string; schedule: string | null }[]) => void;
  /** Makes fresh reports, and waits until they are there. */
  report: (headers?: Record<string, string>) => Promise<void>;
};

const MINUTE_MS = 60_000;

/** Every hour for two days, all well; the newest so long ago. */
export function daysOf({ rule = "contacts", crm = "hubspot", newest = 5 } = {}): Run[] {
  return Array.from({ length: 48 }, (_, index) => ({ crm, rule, agoMinutes: newest + index * 60 }));
}

/** `section`: of `[serve]`. The warehouse is `warehouse.sqlite` in the server's directory. */
export async function startLiving({
  crms = ["hubspot"],
  section = "",
  schedule,
  prepare = () => {},
}: {
  crms?: string[];
  section?: string;
  schedule?: string;
  prepare?: (cwd: string) => void;
} = {}): Promise<Living> {
  const cwd = installServer(`min_interval = "1s"\n${section}`, {
    crms: crms.map((name) => `[crm.${name}]\nurl = "sqlite:warehouse.sqlite"\npreset = "automation"\n`).join("\n"),
    ...(schedule === undefined ? {} : { schedule }),
  });
  const path = join(cwd, "warehouse.sqlite");
  const write = (work: (database: Database) => void) => {
    using database = new Database(path, { create: true });
    database.run("PRAGMA busy_timeout = 5000");
    database.transaction(() => work(database)).immediate();
  };
  write((database) => database.run(tables));
  prepare(cwd);
  const served = await startServer(cwd);
  return {
    ...served,
    record: (runs) => write((database) => runs.forEach((run) => insert(database, run))),
    forget: (newerThanMinutes) =>
      write((database) =>
        database.run("DELETE FROM automation_actions WHERE started_at > ?", [
          new Date(Date.now() - newerThanMinutes * MINUTE_MS).toISOString(),
        ]),
      ),
    declare: (rules) =>
      write((database) => {
        for (const { crm = "hubspot", rule, schedule: when } of rules) {
          database.run("INSERT INTO automation_rules (crm_source, name, enabled, schedule) VALUES (?, ?, 1, ?)", [
            crm,
            rule,
            when,
          ]);
        }
      }),
    report: async (headers = {}) => {
      const before = await newestPass(served, headers);
      await until(async () => {
        await served.ask("/api/v1/passes", {
          method: "POST",
          headers: { "Content-Type": "application/json", ...headers },
          body: "{}",
        });
        await Bun.sleep(100);
        return (await newestPass(served, headers)) !== before;
      });
    },
  };
}

async function newestPass({ ask }: Served, headers: Record<string, string>): Promise<unknown> {
  const answer = await ask("/api/v1/passes?limit=1", { headers });
  return JSON.stringify(await answer.json());
}

function insert(database: Database, { crm = "hubspot", rule = "contacts", status = "success", ...run }: Run): void {
  const startedMs = Date.now() - run.agoMinutes * MINUTE_MS;
  const end = status === "running" ? null : new Date(startedMs + (run.seconds ?? 20) * 1000).toISOString();
  database.run(
    `INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at, records_processed, error, wrapper)
      VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
    [crm, rule, status, new Date(startedMs).toISOString(), end, status === "success" ? 40 : 0, run.error ?? null],
  );
}
