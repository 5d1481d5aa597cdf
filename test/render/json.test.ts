import { expect, test } from "bun:test";
import { renderJson } from "../../src/render/json.ts";
import { activity, report, rule } from "../making/activities.ts";
import { passDocument } from "../making/passes.ts";

const view = { color: false, width: 80, detailed: false, single: false, elapsedSeconds: 0 };
const pass = passDocument();
const reports = [report(activity({ rules: [rule("a", { success: 3 })] }))];

test("a list by default, one object where one CRM was named, nothing where that one failed", () => {
  expect(JSON.parse(renderJson(pass, reports, view))).toEqual(reports);
  expect(JSON.parse(renderJson(pass, reports, { ...view, single: true }))).toEqual(reports[0]);
  expect(renderJson(pass, [], { ...view, single: true })).toBe("");
  expect(renderJson(pass, [], view)).toBe("[]\n");
});
