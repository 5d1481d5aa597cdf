/** What is measured: the product's own commands and their peers, each as a process on a warehouse. */
import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CRMS, END, type Warehouse } from "./kept-warehouse.ts";
import { runCommand, type Command } from "./processes.ts";
import { writeReading } from "./statement.ts";

const DJANGO = resolve(import.meta.dir, "../bench-django/manage.py");
const PYTHON = "/usr/bin/python3"; // Debian's, the one that its python3-django is for

/** A fresh copy of the built binary. */
export function copyBinary(directory: string): string {
  const binary = join(directory, "automation-reports");
  copyFileSync("dist/automation-reports", binary);
  chmodSync(binary, 0o755);
  return binary;
}

export function compileHello(directory: string): string {
  const [source, binary] = [join(directory, "hello.ts"), join(directory, "hello")];
  writeFileSync(source, 'console.log("hello");\n');
  const flags = ["--compile", "--minify", "--bytecode", "--format=esm", "--outfile", binary];
  runCommand({ argv: [process.execPath, "build", ...flags, source] });
  return binary;
}

/** A configuration of that warehouse; where it was written. */
export function writeConfig(directory: string, { rows, url }: Warehouse): string {
  const path = join(directory, `${rows}.toml`);
  const crms = CRMS.map((crm) => `[crm.${crm}]\n`).join("");
  writeFileSync(path, `[defaults]\nurl = "${url}?sslmode=disable"\n${crms}`);
  return path;
}

/** `generate` on a warehouse, with more flags if given. */
export function makeGenerate(directory: string, binary: string, warehouse: Warehouse) {
  const config = writeConfig(directory, warehouse);
  const argv = [binary, "generate", "--config", config, "--as-of", END, "--format", "json", "--quiet"];
  return (...flags: string[]): Command => ({ argv: [...argv, ...flags] });
}

/** psql running the product's statement for each CRM, one after another. */
export async function makePsql(directory: string, warehouse: Warehouse, crms: string[]): Promise<Command> {
  const config = writeConfig(directory, warehouse);
  const lines: string[] = [];
  for (const crm of crms) {
    const path = join(directory, `${crm}.sql`);
    const { begin, query } = await writeReading(warehouse, config, crm);
    writeFileSync(path, `${begin};\n${query};\nCOMMIT;\n`);
    lines.push(`psql -XqAt -v ON_ERROR_STOP=1 -f '${path}' '${warehouse.url}?sslmode=disable'`);
  }
  const script = join(directory, `psql-${crms.length}`);
  writeFileSync(script, `#!/bin/sh\nset -e\n${lines.join("\n")}\n`);
  chmodSync(script, 0o755);
  return { argv: [script] };
}

/** A command of the older way's Django project; null where Django is not installed. */
export function makeDjango(directory: string, { url }: Warehouse): ((...words: string[]) => Command) | null {
  const there = Bun.spawnSync([PYTHON, "-c", "import django, psycopg2"], { stderr: "ignore" });
  if (!there.success) return null;
  const env = { PATH: "/usr/bin:/bin", WAREHOUSE_URL: url, PYTHONPYCACHEPREFIX: join(directory, "pycache") };
  return (...words) => ({ argv: [PYTHON, DJANGO, ...words, "--as-of", END.replace("Z", "+00:00")], env });
}
