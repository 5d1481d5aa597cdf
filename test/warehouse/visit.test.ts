/** Several warehouses at once, in this process: who is visited, and what ends a visit. */
import { expect, test } from "bun:test";
import { visitWarehouses, type Visit } from "../../src/warehouse/visit.ts";
import { crmConfig } from "../making/reports.ts";

test("what is thrown about what one CRM answered fails that CRM alone", async () => {
  const crms = ["first", "second", "third"].map((name) => crmConfig("sqlite:/nowhere/w.sqlite", {}, name));
  const concluded = await visitWarehouses(
    {
      crms,
      concurrency: 2,
      redact: (text) => text.replaceAll("canary", "***"),
      signal: new AbortController().signal,
      onProgress: () => {},
    },
    async ({ name }) => name,
    (visit: Visit<string>) => {
      if (visit.status === "read" && visit.result === "first") throw new TypeError("canary is not a function");
      return visit.status === "read" ? visit.result : visit.reason;
    },
  );
  expect(concluded).toEqual([
    "/nowhere/w.sqlite: no report can be made of its answer (it has other parts than were asked for): check preset, schema and table",
    "second",
    "third",
  ]);
});
