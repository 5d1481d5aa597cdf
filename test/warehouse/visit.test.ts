/** Several warehouses at once, in this process: who is visited, and what ends a visit. */
import { expect, test } from "bun:test";
import { visitWarehouses } from "../../src/warehouse/visit.ts";
import { crmConfig } from "../making/reports.ts";

test("what is thrown about one visit is thrown once the others have stopped, and nobody else is visited", async () => {
  const told: string[] = [];
  const crms = ["first", "second", "third", "fourth"].map((name) => crmConfig("sqlite:/nowhere", {}, name));
  const visiting = visitWarehouses(
    {
      crms,
      concurrency: 2,
      redact: (text) => text,
      signal: new AbortController().signal,
      retryDelaysMs: [0],
      onProgress: () => {},
    },
    async ({ name }, signal) => {
      told.push(`${name} visited`);
      if (name === "first") return;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      told.push(`${name} stopped`);
      signal.throwIfAborted();
    },
    (_, { name }) => {
      if (name === "first") throw new Error("a bug");
    },
  ).catch((error: unknown) => told.push(String(error)));
  await visiting;
  expect(told).toEqual(["first visited", "second visited", "second stopped", "Error: a bug"]);
});
