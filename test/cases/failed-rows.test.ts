/** The rows and the message that a rule's failures are told by: those of the window, and no message of blanks. */
import { expect, test } from "bun:test";
import { at, DAY, ENGINES, HOUR, judge, MINUTE, repeat, ruleOf } from "../making/cases.ts";

test.each(ENGINES)(
  "%s: what failed in the window, and 108 successes since, after failures before both windows",
  async (engine) => {
    const runs = repeat({ from: "07-04 12:00", to: "07-10 11:50", every: 10 * MINUTE }, (start) =>
      (start >= at("07-09 14:00") && start <= at("07-09 17:50")) ||
      (start >= at("07-08 11:00") && start <= at("07-08 11:50"))
        ? { status: "failed", error: "HTTP 500 boom" }
        : {},
    );
    const report = await judge(engine, { runs }, { as: "07-10 12:00" });
    const { failed, failed_row_ids: ids } = ruleOf(report, "contacts");
    const last = runs.findIndex(({ start }) => start === at("07-09 17:50")) + 1;
    const newest = [last, last - 1, last - 2].map(String);
    expect({ failed, ids }).toEqual({ failed: 24, ids: newest });
    expect(report.findings.find(({ id }) => id === "rule-degraded")?.evidence["row_ids"]).toEqual(newest);
  },
);

test.each(ENGINES)("%s: of a rule without a failure in the window the newest known ones are named", async (engine) => {
  const runs = repeat({ from: "05-01 08:00", to: "07-09 08:00", every: 7 * DAY }, (start) =>
    start > at("07-01 00:00") ? { status: "failed", error: "HTTP 500 boom" } : {},
  );
  const { failed, failed_row_ids: ids } = ruleOf(await judge(engine, { runs }), "contacts");
  expect({ failed, ids }).toEqual({ failed: 0, ids: [String(runs.length)] });
});

test.each(ENGINES)(
  "%s: a blank message is none, as NULL is none, and as what stands for no message",
  async (engine) => {
    for (const blank of [null, "", " \n", "[]", "None"]) {
      const runs = repeat({ from: "07-01 00:00", to: "07-10 20:00", every: HOUR }, (start) =>
        start < at("07-10 18:00")
          ? {}
          : { status: "failed", error: start === at("07-10 20:00") ? blank : "HTTP 401 Unauthorized" },
      );
      const { rules, findings, error_groups: groups } = await judge(engine, { runs });
      expect(rules.map(({ newest_error: error }) => error)).toEqual(["HTTP 401 Unauthorized"]);
      expect(findings.find(({ id }) => id === "rule-failing")?.evidence["newest_error"]).toBe("HTTP 401 Unauthorized");
      expect(groups?.map(({ example, count }) => [example, count])).toEqual([
        ["HTTP 401 Unauthorized", 2],
        [null, 1],
      ]);
    }
  },
);
