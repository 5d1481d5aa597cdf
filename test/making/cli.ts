/** The compiled executable, run as its user runs it. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const BINARY = resolve(import.meta.dir, "../../dist/automation-reports");

export type Ended = { code: number; stdout: string; stderr: string };

export type Surroundings = {
  cwd?: string;
  env?: Record<string, string>;
  /** Put before the command, such as nsenter(1) with its arguments. */
  within?: string[];
};

/** Of scripts/test: its processes take memory in large pages, which on a virtual machine saves a third of their CPU. */
export const LARGE_PAGES = "MIMALLOC_ALLOW_THP";
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => name === LARGE_PAGES));

export function freshDirectory(): string {
  return mkdtempSync(join(tmpdir(), "automation-reports-cli-"));
}

export function start(args: readonly string[], { cwd = freshDirectory(), env = {}, within = [] }: Surroundings = {}) {
  return Bun.spawn([...within, BINARY, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...inherited, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

export async function runCli(args: readonly string[], options: Surroundings = {}): Promise<Ended> {
  const child = start(args, options);
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, stdout, stderr };
}

/** A directory with a configuration of that text. */
export function directoryWith(config: string): string {
  const directory = freshDirectory();
  writeFileSync(join(directory, "automation-reports.toml"), config, { mode: 0o600 });
  return directory;
}
