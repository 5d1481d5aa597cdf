/** What is remembered of kept reports, and of how many. */
import { expect, test } from "bun:test";
import type { Config } from "../../src/config/schema.ts";
import { createLibrary } from "../../src/server/library.ts";
import { openStore } from "../../src/store/open.ts";
import { madePass, newStoreUrl, targetOf } from "../making/stores.ts";

test.each([
  { name: "of all CRMs, however many, it is read once", crms: 120, reads: 120 },
  { name: "of more than there are, the oldest are read again", crms: 10, reads: 240 },
])("the newest report $name", async ({ crms, reads }) => {
  await using store = await openStore(targetOf(await newStoreUrl("SQLite")));
  const pass = madePass(Array.from({ length: 120 }, (_, n) => `crm-${n}`));
  await store.reports.keepPass(pass, "adhoc");
  const { read } = store.reports;
  let asked = 0;
  store.reports.read = async (id) => {
    asked += 1;
    return await read(id);
  };
  const config = { crms: Array.from({ length: crms }) } as unknown as Config;
  const library = createLibrary({ config: () => config, store });
  const ids = (await store.reports.list({ limit: 200 })).map(({ id }) => id);
  for (const _ of ["once", "again"]) expect(await library.readSlims(ids)).toHaveLength(120);
  expect(asked).toBe(reads);
});
