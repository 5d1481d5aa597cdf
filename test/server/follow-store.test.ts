/** Passes of other processes are heard of. */
import { expect, test } from "bun:test";
import { followStore } from "../../src/server/follow-store.ts";
import { openStore } from "../../src/store/open.ts";
import { failedOutcome, passDocument } from "../making/passes.ts";
import { newStoreUrl, targetOf } from "../making/stores.ts";

test("a pass that could read no CRM is told, once", async () => {
  await using store = await openStore(targetOf(await newStoreUrl("SQLite")));
  const pass = passDocument({ outcomes: [failedOutcome("hubspot", "it is away")] });
  await store.reports.keepPass({ pass, reports: [], seen: [] }, "adhoc");
  const stop = new AbortController();
  const told: string[] = [];
  const heard = Promise.withResolvers<void>();
  const kept = followStore({
    store,
    clock: Date.now,
    signal: stop.signal,
    isAwaited: () => true,
    onPass: (passId) => {
      told.push(passId);
      heard.resolve();
    },
  });
  await heard.promise;
  kept.tell(pass.pass_id);
  stop.abort();
  expect(told).toEqual([pass.pass_id]);
});
