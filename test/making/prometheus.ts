/** Debian's Prometheus and its promtool. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshDirectory } from "./cli.ts";

export const hasPrometheus = Bun.which("prometheus") !== null && Bun.which("promtool") !== null;

/** Its exit code and all that it says. */
export async function promtool(args: string[], cwd: string, input = ""): Promise<{ code: number; said: string }> {
  const child = Bun.spawn(["promtool", ...args], { cwd, stdin: new Blob([input]), stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, said: `${stdout}${stderr}` };
}

export type Prometheus = { query: (path: string) => Promise<unknown>; stop: () => Promise<void> };

/** `files`: what stands beside its configuration. */
export async function startPrometheus(config: string, files: Record<string, string>): Promise<Prometheus> {
  const directory = freshDirectory();
  mkdirSync(join(directory, "data"));
  for (const [name, text] of Object.entries({ ...files, "prometheus.yml": config })) {
    writeFileSync(join(directory, name), text);
  }
  // The port that the system gives this socket is free a moment later.
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = probe;
  probe.stop(true);
  const child = Bun.spawn(
    [
      "prometheus",
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    { cwd: directory, stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  const said: string[] = [];
  void (async () => {
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) said.push(chunk);
  })();
  const base = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`prometheus: ${said.join("")}`);
    const answer = await fetch(`${base}/-/ready`).catch(() => null);
    if (answer?.ok === true) break;
    await Bun.sleep(50);
  }
  return {
    query: async (path) => await (await fetch(`${base}/api/v1/${path}`)).json(),
    stop: async () => {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}
