/** Runs that succeed and bring next to nothing, or take next to no time or many times as long, compared with earlier ones. */
import { formatCount, formatDuration, formatPlural } from "../../text/figures.ts";
import { SECOND_MS } from "../../time/units.ts";
import { isPastKnown } from "../memory/known.ts";
import type { RunRow } from "../rules/run-row.ts";
import { isUncounted } from "./empty.ts";
import type { Judgement, RuleFacts } from "./facts.ts";
import { isRare } from "./rare.ts";

/** Fewer newest runs, and fewer earlier ones, say nothing. */
const FEWEST = { newer: 10, older: 10 };
/** Of a rule that seldom runs ten would be ten days of it. */
const FEWEST_RARE = { newer: 3, older: 7 };
/** Each of the newer ones differs from each of the earlier ones by this factor at least: no chance and no time of day. */
const FACTOR = 20;
/** Of numbers smaller than this the factor says nothing. */
const MANY_RECORDS = 100;
const LONG_MS = 60 * SECOND_MS;

/** Where its weeks are known, they say what is usual at each hour: some poor runs in a row may be its night. */
export function judgeRecords(facts: RuleFacts): Judgement | null {
  const { rule, history } = facts;
  if (isPastKnown(history)) return null;
  const change = findChange(facts, ({ records }) => records);
  if (change === null || change.fewestOlder < MANY_RECORDS || !change.isFall) return null;
  if (isUncounted(facts, change.fewestOlder)) return null;
  return tell(
    "records",
    change,
    `${rule}: its newest ${formatPlural(change.n, "run")} brought ${formatCount(change.mostNewer)} records at most, earlier ones ${formatCount(change.fewestOlder)} at least`,
  );
}

/** A fall alone where its weeks are known: they tell of a rise. */
export function judgeDuration(facts: RuleFacts): Judgement | null {
  const { rule, history } = facts;
  const change = findChange(facts, ({ startedMs, endedMs }) => (endedMs === null ? null : endedMs - startedMs));
  if (change === null || Math.max(change.fewestOlder, change.fewestNewer) < LONG_MS) return null;
  if (!change.isFall && isPastKnown(history)) return null;
  const newer = change.isFall
    ? `took ${formatDuration(change.mostNewer / SECOND_MS)} at most`
    : `took ${formatDuration(change.fewestNewer / SECOND_MS)} at least`;
  const older = change.isFall
    ? `${formatDuration(change.fewestOlder / SECOND_MS)} at least`
    : `${formatDuration(change.mostOlder / SECOND_MS)} at most`;
  return tell(
    "duration",
    change,
    `${rule}: its newest ${formatPlural(change.n, "run")} ${newer}, earlier ones ${older}`,
  );
}

type Change = {
  n: number;
  fewestNewer: number;
  mostNewer: number;
  fewestOlder: number;
  mostOlder: number;
  isFall: boolean;
};

/** The place between two of its newest successes where all that is newer is far from all that is older. */
function findChange(facts: RuleFacts, measure: (run: RunRow) => number | null): Change | null {
  const fewest = isRare(facts) === true ? FEWEST_RARE : FEWEST;
  const known = facts.finished.filter(({ status }) => status === "success").flatMap((run) => measure(run) ?? []);
  // The newest and the oldest ones are on the two sides of every place: mostly they show that there is none.
  const [newest, oldest] = [known.slice(0, fewest.newer), known.slice(-fewest.older)];
  const mayFall = Math.max(...newest) * FACTOR <= Math.min(...oldest);
  const mayRise = Math.min(...newest) >= Math.max(...oldest) * FACTOR;
  if (!mayFall && !mayRise) return null;
  for (let n = fewest.newer; n <= known.length - fewest.older; n += 1) {
    const newer = known.slice(0, n);
    const older = known.slice(n);
    const [fewestNewer, mostNewer] = [Math.min(...newer), Math.max(...newer)];
    const [fewestOlder, mostOlder] = [Math.min(...older), Math.max(...older)];
    const isFall = mostNewer * FACTOR <= fewestOlder && mostNewer > 0;
    const isRise = fewestNewer >= mostOlder * FACTOR && mostOlder > 0;
    if (isFall || isRise) return { n, fewestNewer, mostNewer, fewestOlder, mostOlder, isFall };
  }
  return null;
}

function tell(degradation: "records" | "duration", { n }: Change, message: string): Judgement {
  return {
    condition: "degraded",
    severity: "info",
    degradation,
    // Between the newest runs and earlier ones there may be others that were not read.
    sinceMs: null,
    message,
    evidence: { runs: n },
  };
}
