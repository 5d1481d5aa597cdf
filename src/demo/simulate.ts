/** Believable runs for the demo: the same seed and end give the same rows, on every machine. */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { listOddities } from "./oddities.ts";
import { DEMO_CRMS, DEMO_DAYS, type DemoAction, type DemoCrm, type DemoRule, type Trouble } from "./scenario.ts";
import { HOUR_MS, MINUTE_MS } from "../time/units.ts";

const FAILURE_SECONDS = 5;
const PARTIAL_SHARE = 0.3;

type Random = () => number;

/** Every run of the 30 days before `endMs`, oldest first. */
export function simulateActions(seed: number, endMs: number): DemoAction[] {
  const generator = xoroshiro128plus(seed);
  const random: Random = () => uniformFloat64(generator);
  const simulated = DEMO_CRMS.flatMap((crm) => crm.rules.flatMap((rule) => simulateRule(crm, rule, endMs, random)));
  return [...simulated, ...listOddities(endMs)].toSorted((a, b) => a.startedMs - b.startedMs);
}

function simulateRule(crm: DemoCrm, rule: DemoRule, endMs: number, random: Random): DemoAction[] {
  if (rule.enabled === false || rule.neverRan === true) return [];
  const everyMs = rule.everyMinutes * MINUTE_MS;
  const firstMs = Math.ceil((endMs - DEMO_DAYS * 24 * HOUR_MS) / everyMs) * everyMs;
  const stopMs = endMs - (rule.stoppedHoursAgo ?? 0) * HOUR_MS;
  const actions: DemoAction[] = [];
  for (let dueMs = firstMs; dueMs < stopMs; dueMs += everyMs) {
    const hour = new Date(dueMs).getUTCHours();
    if (rule.workingHours === true && (hour < 6 || hour >= 20)) continue;
    const lateMs = isWithin(rule.late, dueMs, endMs) ? (rule.late?.minutes ?? 0) * MINUTE_MS : 0;
    const run = simulateRun(crm, rule, dueMs + lateMs + Math.round(random() * 20_000), endMs, random);
    if (!isWithin(rule.missed, dueMs, endMs)) actions.push(run);
  }
  for (let hours = rule.everyMinute?.fromHoursAgo ?? 0; hours > (rule.everyMinute?.toHoursAgo ?? 0); hours -= 1 / 60) {
    actions.push(simulateRun(crm, rule, endMs - Math.round(hours * HOUR_MS), endMs, random));
  }
  const open = (rule.openHoursAgo ?? []).map((hours) => startRun(crm, rule, endMs - Math.round(hours * HOUR_MS)));
  return [...actions.filter(({ startedMs }) => startedMs < stopMs), ...open];
}

function simulateRun(crm: DemoCrm, rule: DemoRule, startedMs: number, endMs: number, random: Random): DemoAction {
  const hoursAgo = (endMs - startedMs) / HOUR_MS;
  const sinceFullHour = (endMs % HOUR_MS) / HOUR_MS;
  const troubles = crm.troubles.filter((trouble) => applies(trouble, rule, hoursAgo - sinceFullHour));
  // It starts the others, whatever becomes of them.
  const outage = rule.wrapper === true ? undefined : troubles.find((trouble) => trouble.kind === "outage");
  const slow = troubles.find((trouble) => trouble.kind === "slow");
  const fails = random() < rule.failureRate || outage !== undefined;
  const partly = fails && outage === undefined && random() < PARTIAL_SHARE;
  const seconds = fails && !partly ? FAILURE_SECONDS : rule.seconds * dailyRhythm(startedMs) * (slow?.factor ?? 1);
  const finishedMs = startedMs + Math.round(seconds * (0.7 + 0.6 * random()) * 1000);
  const found = hoursAgo < (rule.emptyHoursAgo ?? 0) ? 0 : rule.records;
  const processed = Math.round(found * dailyRhythm(startedMs) * (0.6 + 0.8 * random()));
  const created = Math.round(processed * 0.1 * random());
  const lost = partly ? Math.ceil(processed * 0.05) : 0;
  if (finishedMs >= endMs) return startRun(crm, rule, startedMs);
  const run = { crm: crm.name, rule: rule.name, startedMs, finishedMs, wrapper: rule.wrapper === true };
  if (fails && !partly) {
    return {
      ...run,
      status: "failed",
      processed: 0,
      created: 0,
      updated: 0,
      failed: 0,
      error: outage?.error ?? rule.error,
    };
  }
  const counts = { processed, created, updated: processed - created - lost, failed: lost };
  return partly
    ? { ...run, ...counts, status: "partial", error: `${lost} records not stored: ${rule.error}` }
    : { ...run, ...counts, status: "success", error: null };
}

function startRun(crm: DemoCrm, rule: DemoRule, startedMs: number): DemoAction {
  const unknown = { finishedMs: null, processed: null, created: null, updated: null, failed: null, error: null };
  return { crm: crm.name, rule: rule.name, status: "running", startedMs, ...unknown, wrapper: rule.wrapper === true };
}

function isWithin(
  hours: { fromHoursAgo: number; toHoursAgo: number } | undefined,
  atMs: number,
  endMs: number,
): boolean {
  const hoursAgo = (endMs - atMs) / HOUR_MS;
  return hours !== undefined && hoursAgo <= hours.fromHoursAgo && hoursAgo > hours.toHoursAgo;
}

/** Troubles are told from the last full hour before the end, so that they meet the same runs whatever the minute. */
function applies(trouble: Trouble, rule: DemoRule, hoursAgo: number): boolean {
  const named = trouble.rules === undefined || trouble.rules.includes(rule.name);
  return named && hoursAgo <= trouble.fromHoursAgo && hoursAgo > trouble.toHoursAgo;
}

/** Between 0.6 at four in the morning and 1.4 at four in the afternoon, UTC. */
function dailyRhythm(ms: number): number {
  return 1 - 0.4 * Math.cos((((ms / HOUR_MS) % 24) - 4) * (Math.PI / 12));
}
