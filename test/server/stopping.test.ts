/** A stop that comes while the process is still starting. */
import { test } from "bun:test";
import type { Config } from "../../src/config/schema.ts";
import { runDaemon } from "../../src/daemon.ts";
import { serve } from "../../src/serve.ts";
import { openStore } from "../../src/store/open.ts";
import { silent } from "../making/logs.ts";
import { configOf } from "../making/loop-driver.ts";
import { newStoreUrl, targetOf } from "../making/stores.ts";

const SERVED = {
  listen: { kind: "tcp", hostname: "127.0.0.1", port: 0 },
  basePath: "",
  hosts: [],
  behindProxy: false,
  tokens: null,
  minIntervalMs: 60_000,
  ruleSeries: 0,
};

async function setUp() {
  const config = { ...configOf([]), path: "/nowhere.toml", secrets: [], serve: SERVED } as unknown as Config;
  return {
    config,
    store: await openStore(targetOf(await newStoreUrl("SQLite"))),
    log: silent,
    systemd: { socket: undefined, watchdogUsec: undefined, watchdogPid: undefined },
    clock: () => Date.now(),
    signal: AbortSignal.abort(),
    onReload: () => {},
    loadAgain: async () => config,
  };
}

test("the server ends, and listens no longer", async () => {
  await serve(await setUp());
});

test("the scheduler waits 4.5 s for what goes on, and no longer", async () => {
  const never = new Promise<void>(() => {});
  const beside = {
    makePass: async () => await Promise.reject(new Error("no pass is due")),
    onSlot: () => {},
    onBeat: () => {},
    onConfig: () => {},
    rest: async () => await never,
  };
  await runDaemon({ ...(await setUp()), beside });
});
