import { expect, test } from "bun:test";
import { renderJson } from "../../src/render/json.ts";
import { activity, report, rule } from "../making/activities.ts";
import { failedOutcome, madeOutcome, passDocument } from "../making/passes.ts";

const made = report(activity({ rules: [rule("a", { success: 3 })] }));

test("one shape: the pass with its reports, also where none could be made", () => {
  const pass = passDocument({ outcomes: [madeOutcome(made), failedOutcome("genius", "no such host")] });
  expect(JSON.parse(renderJson(pass, [made]))).toEqual({ ...pass, reports: [made] });
  const none = passDocument({ outcomes: [failedOutcome("genius", "no such host")] });
  expect(JSON.parse(renderJson(none, []))).toEqual({ ...none, reports: [] });
});
