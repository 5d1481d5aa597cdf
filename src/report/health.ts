/** The health score: points for success rate, utilisation and activity, as the older command gave them. */
import type { HealthStatus } from "./words.ts";

export type Health = { score: number | null; status: HealthStatus };

const SUCCESS_POINTS: Step[] = [
  [0.95, 40],
  [0.8, 30],
  [0.6, 20],
  [0.4, 10],
];
const UTILIZATION_POINTS: Step[] = [
  [0.8, 30],
  [0.6, 20],
  [0.4, 15],
  [0.2, 10],
];
const ACTIVITY_POINTS: Step[] = [
  [50, 30],
  [20, 20],
  [10, 15],
  [5, 10],
  [1, 5],
];
const STATUS_STEPS: [number, HealthStatus][] = [
  [90, "excellent"],
  [75, "good"],
  [60, "fair"],
  [40, "poor"],
];
const POINTS_WITHOUT_UTILIZATION = 70;

type Step = [atLeast: number, points: number];

/**
 * Score 0–100, unrounded. Below `minActions` finished actions nothing is judged: score null, status `unknown`.
 * With only utilisation unknown the other 70 points are scaled to 100.
 */
export function scoreHealth(
  facts: { successRate: number | null; utilization: number | null; totalActions: number },
  minActions: number,
): Health {
  if (facts.successRate === null || facts.totalActions < minActions) return { score: null, status: "unknown" };
  const points = pointsFor(facts.successRate, SUCCESS_POINTS) + pointsFor(facts.totalActions, ACTIVITY_POINTS);
  const score =
    facts.utilization === null
      ? (points / POINTS_WITHOUT_UTILIZATION) * 100
      : points + pointsFor(facts.utilization, UTILIZATION_POINTS);
  return { score, status: STATUS_STEPS.find(([atLeast]) => score >= atLeast)?.[1] ?? "critical" };
}

function pointsFor(value: number, steps: Step[]): number {
  return steps.find(([atLeast]) => value >= atLeast)?.[1] ?? 0;
}
