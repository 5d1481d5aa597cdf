/** What it costs to be asked over HTTP: wrk(1) against the product and against bare Bun.serve with the same body. */
import { readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CRMS, type Warehouse } from "./kept-warehouse.ts";
import type { Line } from "./line.ts";
import { median, runCommand } from "./processes.ts";

/** The CRMs with what the newest reports say of them. */
const PATH = "/api/v1/crms";
const BARE = resolve(import.meta.dir, "bare-server.ts");
const ROUNDS = 5;
const ROUND_SECONDS = 3;
const CONNECTIONS = 32;
const STREAMS = 500;
const IDLE_SECONDS = 10;
const PAGES = 30;

type Bench = { directory: string; binary: string; large: Warehouse; small: Warehouse };
type Server = { url: string; pid: number; [Symbol.asyncDispose]: () => Promise<void> };

/** Null where wrk(1) is not installed. */
export async function measureServing(bench: Bench): Promise<{ lines: Line[]; said: string[] } | null> {
  if (Bun.which("wrk") === null) return null;
  const { directory, small, large } = bench;
  const config = writeServeConfig(directory, "serve-small", small.url);
  const lines: Line[] = [];
  const said: string[] = [];
  {
    await using server = await startServer(bench, config);
    await untilRead(server);
    await sleep(IDLE_SECONDS * 1000);
    const idle = readMebibytes(server.pid);
    lines.push({ what: "idle server, resident MiB / 75", ratio: idle / 75, limit: { atMost: 1 } });
    await using bare = await start([process.execPath, BARE, `${server.url}${PATH}`], /^(http\S+?)\/?$/m);
    // No two of them are asked alike: in other words for the same answer, and under another name, which is another address.
    const words = writeScript(directory, "words", "wrk.headers['Accept'] = 'application/json, x/' .. n");
    const names = writeScript(directory, "names", "wrk.headers['Host'] = 'x' .. n .. '.localhost'");
    const rounds = Array.from({ length: ROUNDS }, () => ({
      bare: load(`${bare.url}/`),
      cached: load(`${server.url}${PATH}`),
      // wrk itself is slower with a script: what is compared is asked with the same one.
      bareWords: load(`${bare.url}/`, words),
      words: load(`${server.url}${PATH}`, words),
      bareNames: load(`${bare.url}/`, names),
      anew: load(`${server.url}${PATH}`, names),
    }));
    type Of = keyof (typeof rounds)[number];
    const ratio = (of: Of, to: Of) => median(rounds.map((round) => round[of].perSecond / round[to].perSecond));
    const figures = (of: Of) =>
      `${Math.round(median(rounds.map((round) => round[of].perSecond)))}/s, p99 ${median(rounds.map((round) => round[of].p99Ms)).toFixed(1)} ms`;
    lines.push(
      { what: `${PATH}, kept / bare Bun.serve, same body`, ratio: ratio("cached", "bare"), limit: { atLeast: 0.9 } },
      { what: `${PATH}, in other words each time / bare, so asked`, ratio: ratio("words", "bareWords") },
      {
        what: `${PATH}, made anew each time / bare, so asked`,
        ratio: ratio("anew", "bareNames"),
        limit: { atLeast: 0.6 },
      },
    );
    said.push(
      `wrk, ${CONNECTIONS} connections: kept ${figures("cached")}, bare ${figures("bare")}; in other words ${figures("words")}, bare so asked ${figures("bareWords")}; made anew ${figures("anew")}, bare so asked ${figures("bareNames")}.`,
    );
    const after = readMebibytes(server.pid);
    const streams = await openStreams(server.url);
    const withStreams = readMebibytes(server.pid);
    for (const socket of streams) socket.destroy();
    said.push(`${STREAMS} open pages take ${(withStreams - after).toFixed(1)} MiB.`);
    load(`${server.url}${PATH}`, names);
    await sleep(IDLE_SECONDS * 1000);
    lines.push({
      what: "server, resident after load / after load before",
      ratio: readMebibytes(server.pid) / after,
      limit: { atMost: 1.1 },
    });
  }
  const pageOf = async (path: string) => {
    await using server = await startServer(bench, path);
    await untilRead(server);
    return await timePage(server.url);
  };
  const [onLarge, onSmall] = [
    await pageOf(writeServeConfig(directory, "serve-large", large.url)),
    await pageOf(config),
  ];
  // The same store, and no warehouse.
  const onNone = await pageOf(writeServeConfig(directory, "serve-small", "postgresql://nobody@127.0.0.1:1/none"));
  lines.push(
    { what: `first screen, ${large.rows} rows / ${small.rows} rows`, ratio: onLarge / onSmall, limit: { atMost: 1.1 } },
    { what: "first screen, warehouse stopped, ms / 100", ratio: onNone / 100, limit: { atMost: 1 } },
  );
  return { lines, said };
}

async function startServer({ binary }: Bench, config: string): Promise<Server> {
  return await start([binary, "serve", "--config", config], /serving at=(\S+)/);
}

/** Goes on when it has said where it listens. */
async function start(argv: string[], listening: RegExp): Promise<Server> {
  const child = Bun.spawn(argv, { stdout: "pipe", stderr: "pipe" });
  let text = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) text += Buffer.from(chunk).toString();
  };
  void read(child.stdout);
  void read(child.stderr);
  while (!listening.test(text)) {
    if (child.exitCode !== null) throw new Error(`${argv.join(" ")}: ${text}`);
    await sleep(20);
  }
  return {
    url: listening.exec(text)?.[1] ?? "",
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await child.exited;
    },
  };
}

/** Until every CRM has a report. */
async function untilRead({ url }: Server): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/api/v1/reports?limit=100`)).text();
    if (CRMS.every((crm) => text.includes(`"${crm}"`))) return;
    await sleep(100);
  }
}

function load(url: string, script?: string): { perSecond: number; p99Ms: number } {
  const flags = [
    "-t1",
    `-c${CONNECTIONS}`,
    `-d${ROUND_SECONDS}s`,
    "--latency",
    ...(script === undefined ? [] : ["-s", script]),
  ];
  const text = runCommand({ argv: ["wrk", ...flags, url] });
  if (text.includes("Non-2xx")) throw new Error(`${url}: ${text}`);
  const [, p99 = "", unit = "ms"] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
  const factor = { us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN;
  return { perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]), p99Ms: Number(p99) * factor };
}

/** For wrk(1): `change` is done before each request, of which `n` is the number. Where it was written. */
function writeScript(directory: string, name: string, change: string): string {
  const path = join(directory, `${name}.lua`);
  writeFileSync(path, `n = 0\nrequest = function() n = n + 1\n ${change}\n return wrk.format() end\n`);
  return path;
}

/** Median milliseconds of the first screen, which is made anew each time. */
async function timePage(url: string): Promise<number> {
  const times: number[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const begun = performance.now();
    await (await fetch(`${url}/`, { headers: { accept: `text/html, x/${page}` } })).text();
    times.push(performance.now() - begun);
  }
  return median(times);
}

async function openStreams(url: string): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  const opened = Array.from({ length: STREAMS }, async () => {
    const { promise, resolve: begun } = Promise.withResolvers<Socket>();
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once("data", () => begun(socket));
    socket.write("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return await promise;
  });
  return await Promise.all(opened);
}

function readMebibytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** A configuration of every CRM of a warehouse with a store of its own, on a free port. */
function writeServeConfig(directory: string, name: string, url: string): string {
  const path = join(directory, `${name}-${url.length}.toml`);
  const crms = CRMS.map((crm) => `[crm.${crm}]\n`).join("");
  writeFileSync(
    path,
    `[defaults]\nurl = "${url}?sslmode=disable"\n${crms}[store]\npath = "${name}.sqlite"\n[serve]\nlisten = "127.0.0.1:0"\n[[schedule]]\nname = "never"\ncron = "0 0 29 2 *"\n`,
  );
  return path;
}
