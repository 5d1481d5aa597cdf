import { expect, test } from "bun:test";
import { scoreHealth } from "../../src/report/health.ts";

test.each([
  {
    name: "everything at its best",
    successRate: 0.95,
    utilization: 0.8,
    totalActions: 50,
    score: 100,
    status: "excellent",
  },
  {
    name: "just below each best step",
    successRate: 0.949,
    utilization: 0.79,
    totalActions: 49,
    score: 70,
    status: "fair",
  },
  { name: "the second steps", successRate: 0.8, utilization: 0.6, totalActions: 20, score: 70, status: "fair" },
  { name: "the third steps", successRate: 0.6, utilization: 0.4, totalActions: 10, score: 50, status: "poor" },
  { name: "the last steps", successRate: 0.4, utilization: 0.2, totalActions: 5, score: 30, status: "critical" },
  { name: "below all steps", successRate: 0, utilization: 0, totalActions: 4, score: 5, status: "critical" },
  {
    name: "utilisation unknown: points / 70",
    successRate: 1,
    utilization: null,
    totalActions: 20,
    score: (60 / 70) * 100,
    status: "good",
  },
  { name: "no success rate", successRate: null, utilization: 1, totalActions: 0, score: null, status: "unknown" },
  { name: "too few actions to judge", successRate: 0, utilization: 1, totalActions: 2, score: null, status: "unknown" },
])("$name", ({ score, status, ...facts }) => {
  expect(scoreHealth(facts, 3)).toEqual({ score, status } as never);
});
