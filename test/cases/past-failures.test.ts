/** Failures that are older than the runs that are known: what is said of them must not be more than is known. */
import { expect, test } from "bun:test";
import { ask, at, ENGINES, HOUR, judge, makeWarehouse, MINUTE, repeat, ruleOf } from "../making/cases.ts";

test.each(ENGINES)("%s: a burst of failures three days ago, and 77 successes since", async (engine) => {
  const runs = repeat({ from: "05-20 00:00", to: "07-10 20:00", every: HOUR }, (start) =>
    start >= at("07-07 09:00") && start <= at("07-07 15:00") ? { status: "failed", error: "HTTP 503" } : {},
  );
  const report = await judge(engine, { runs });
  const { condition, message } = ruleOf(report, "contacts");
  expect(condition).toBe("degraded");
  expect(message).toContain("7 of 168 runs failed");
  expect(message).toEndWith("; at least its newest 40 runs succeeded");
  const advice = report.recommendations.map(({ recommendation }) => recommendation).join("\n");
  expect(advice).toContain("See the log of contacts: its failures are older than the runs that are known");
  expect(advice).not.toContain("left no message");
});

test.each(ENGINES)("%s: two of three runs fail, whichever the newest is", async (engine) => {
  const runs = repeat({ from: "05-20 00:00", to: "07-10 20:50", every: 10 * MINUTE }, (start, index) =>
    start >= at("07-09 20:00") && index % 3 !== 0 ? { status: "failed", error: "HTTP 500" } : {},
  );
  await using warehouse = await makeWarehouse(engine, { runs });
  for (const as of ["07-10 20:32", "07-10 20:42", "07-10 20:52"]) {
    const { severity, message } = ruleOf((await ask(warehouse, { as })).report, "contacts");
    expect(severity).toBe("critical");
    expect(message).toContain("more than usual since 9 Jul 20:");
  }
});
