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
  /** How much memory it takes is looked at: it takes it as it does at its user's. */
  takesOwnMemory?: true;
};

/** Of scripts/test: how processes take memory, which on a virtual machine saves half of their CPU. */
const ALLOCATION = /^MIMALLOC_/;
const thrifty = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => ALLOCATION.test(name))),
  // Most commands are over before what the optimizing compiler makes pays for itself: another tenth.
  BUN_JSC_useDFGJIT: "0",
};

export function freshDirectory(): string {
  return mkdtempSync(join(tmpdir(), "automation-reports-cli-"));
}

export function start(
  args: readonly string[],
  { cwd = freshDirectory(), env = {}, within = [], takesOwnMemory }: Surroundings = {},
) {
  return Bun.spawn([...within, BINARY, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...(takesOwnMemory === true ? {} : thrifty), ...env },
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
