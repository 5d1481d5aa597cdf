/** Rules whose names are shown otherwise than they are written: of blanks, or too long. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { ask, HOUR, makeWarehouse, repeat } from "../making/cases.ts";

/** What is said of an hourly rule of this name that stopped 21 hours ago, where an index leads to its rows. */
async function judgeStopped(name: string) {
  const runs = repeat({ from: "06-26 00:00", to: "07-10 00:00", every: HOUR, rule: name });
  await using warehouse = await makeWarehouse("sqlite", { runs });
  using database = new Database(warehouse.url.slice("sqlite:".length));
  database.run("CREATE INDEX by_rule ON sync_history (crm_source, sync_type, start_time)");
  const { rules } = (await ask(warehouse)).report;
  return rules.map(({ condition, severity, limits }) => ({ condition, severity, limits }));
}

test.each([
  { called: "blanks only", name: "  " },
  { called: "1,500 letters", name: "x".repeat(1500) },
])("SQLite: of a rule whose name is $called as much is known as of another", async ({ name }) => {
  const plain = await judgeStopped("x");
  expect(plain[0]?.severity).toBe("critical");
  expect(await judgeStopped(name)).toEqual(plain);
});
