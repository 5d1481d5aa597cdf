/** The list of kept reports: a narrow terminal shows fewer columns, a pipe all of them. */
import { expect, test } from "bun:test";
import { renderHistory } from "../../../src/render/terminal/history.ts";
import type { KeptReport } from "../../../src/store/published.ts";
import { viewOf } from "../../making/views.ts";

const KEPT: KeptReport = {
  id: "genius-20260710T210000Z-a39fbc",
  source: "genius",
  origin: "adhoc",
  status: "ok",
  verdict: "critical",
  overall_success_rate: 0.702,
  total_actions: 84,
  critical_findings: 2,
  report_generated_at: "2026-07-10T21:00:00Z",
  window_start: "2026-07-09T21:00:00Z",
  window_end: "2026-07-10T21:00:00Z",
  pass_id: "0197f5c2-9d40-7a3e-8f51-2b9a1c7d4e60",
};

const titlesOf = (screen: string) => screen.split("\n")[0]?.split(/ {2,}/);

test("a terminal of 90 columns shows verdict, rate and id", () => {
  const screen = renderHistory([KEPT], viewOf({ width: 90, rows: 24 }));
  expect(titlesOf(screen)).toEqual(["CRM", "Made (UTC)", "Verdict", "Success", "Id"]);
  expect(screen.split("\n")[1]).toBe(
    "genius  10 Jul 2026 21:00  ✗ critical  70.2 % of 84  genius-20260710T210000Z-a39fbc",
  );
});

test("a pipe gets all columns, however narrow the terminal is", () => {
  expect(titlesOf(renderHistory([KEPT], viewOf({ width: 80 })))).toEqual([
    "CRM",
    "Made (UTC)",
    "Window",
    "Verdict",
    "Success",
    "Critical",
    "Origin",
    "Id",
  ]);
});
