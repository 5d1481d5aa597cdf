/** The compiled binary serving: a demo's warehouse, what was kept before, one free port. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import type { MadePass } from "../../src/store/keep.ts";
import { freshDirectory, runCli } from "./cli.ts";
import { launch, readLog } from "./scheduler.ts";
import { targetOf } from "./stores.ts";

/** The server's process. */
export type Served = {
  /** Such as `http://127.0.0.1:40123`. */
  base: string;
  directory: string;
  pid: number;
  log: () => string;
  /** Returns the exit code. */
  stop: () => Promise<number>;
};

type Serving = {
  /** Before the demo's own tables. */
  config?: string;
  /** After them. */
  crms?: string;
  /** Lines of the token file. */
  tokens?: string;
  /** In the store before the server starts. */
  kept?: { made: MadePass; origin: string }[];
};

const SERVING = /serving at=(\S+)/;
const PATIENCE_MS = 20_000;

/** The four CRMs of the demo. A CRM of `crms` may have no warehouse. */
export async function serveDemo({ config = "", crms = "", tokens, kept = [] }: Serving = {}): Promise<Served> {
  const directory = freshDirectory();
  await runCli(["demo", "--quiet"], { cwd: directory });
  const path = join(directory, "automation-reports.toml");
  const serve = `[serve]\nlisten = "127.0.0.1:0"\n${tokens === undefined ? "" : 'token_file = "tokens"\n'}`;
  if (tokens !== undefined) writeFileSync(join(directory, "tokens"), tokens, { mode: 0o600 });
  const demo = readFileSync(path, "utf8");
  writeFileSync(path, `${serve}${config}\n[store]\npath = "state/reports.sqlite"\n${demo}\n${crms}`);
  chmodSync(path, 0o600);
  const made = await runCli(["generate", "--detailed", "--quiet"], { cwd: directory });
  if (made.code > 4) throw new Error(`no reports (exit ${made.code}): ${made.stderr}`);
  await keepAll(directory, kept);
  return await serveIn(directory);
}

/** What is configured there. */
async function serveIn(directory: string): Promise<Served> {
  const child = launch(["serve"], { cwd: directory });
  const log = readLog(child);
  const until = performance.now() + PATIENCE_MS;
  while (!SERVING.test(log.text())) {
    if (performance.now() > until || child.exitCode !== null) throw new Error(`not serving: ${log.text()}`);
    await Bun.sleep(20);
  }
  const base = SERVING.exec(log.text())?.[1] ?? "";
  return {
    base,
    directory,
    pid: child.pid,
    log: log.text,
    stop: async () => {
      child.kill("SIGTERM");
      return await child.exited;
    },
  };
}

async function keepAll(directory: string, kept: { made: MadePass; origin: string }[]): Promise<void> {
  if (kept.length === 0) return;
  await using store = await openStore(targetOf(`sqlite:${join(directory, "state/reports.sqlite")}`));
  for (const { made, origin } of kept) await store.reports.keepPass(made, origin);
}
