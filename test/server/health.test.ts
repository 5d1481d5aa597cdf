/** Whoever asks whether the server is ready changes nothing. */
import { expect, test } from "bun:test";
import { openStore } from "../../src/store/open.ts";
import type { ServeContext } from "../../src/server/context.ts";
import { createHealth } from "../../src/server/health.ts";
import { silent } from "../making/logs.ts";
import { alterStore, madePass, newStoreUrl, STORE_KINDS, targetOf } from "../making/stores.ts";

const NOW_MS = Date.parse("2026-07-10T21:00:00Z");

test.each(STORE_KINDS)("%s: what is kept stays, however old; a store that takes nothing is said", async (kind) => {
  const url = await newStoreUrl(kind);
  await using store = await openStore(targetOf(url));
  await store.reports.keepPass(madePass(["hubspot"]), "adhoc");
  await alterStore(kind, url, "UPDATE automation_reports_passes SET started_ms = -1");
  await alterStore(kind, url, "UPDATE automation_reports_reports SET generated_ms = -1");
  const askAnew = async () => {
    const context = { store, scheduler: () => ({ lastBeatMs: NOW_MS }), clock: () => NOW_MS, log: silent };
    return (await createHealth(context as unknown as ServeContext).ready()).status;
  };
  expect(await askAnew()).toBe(200);
  expect(await store.reports.count({})).toBe(1);
  await alterStore(kind, url, "ALTER TABLE automation_reports_passes RENAME TO gone");
  expect(await askAnew()).toBe(503);
});
