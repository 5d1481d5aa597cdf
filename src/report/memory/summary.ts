/** What is remembered of a CRM in figures that people read: the shape that is published, and what makes it. */
import * as v from "valibot";
import { formatInstant } from "../../text/figures.ts";
import { HOUR_MS, WEEK_MS } from "../../time/units.ts";
import { settledAt } from "../rules/attempts.ts";
import { ACTION_STATUSES } from "../words.ts";
import { BUCKET_WIDTH, listCells, type HourCell, type LogSketch, type Past, type RulePast } from "./cells.ts";

const describe = <T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text));

const instant = v.pipe(v.string(), v.isoTimestamp());
const figure = v.nullable(v.number());

const FiguresSchema = {
  runs: describe(v.number(), "Runs that ended"),
  failed: describe(v.number(), "How many of them failed or ended partially"),
  duration_p50_seconds: describe(figure, "Of successful runs, at most 5 % off; null where none is known"),
  duration_p95_seconds: describe(figure, "As duration_p50_seconds"),
  records_p50: describe(figure, "Records of successful runs, at most 5 % off"),
};

const RuleSchema = v.strictObject({
  rule_name: v.string(),
  first_start: describe(instant, "Start of the first run that is known"),
  last_run: describe(v.nullable(instant), "End of the newest run, or its start where it has no end"),
  last_status: v.nullable(v.picklist(ACTION_STATUSES)),
  usual_interval_seconds: describe(figure, "Median time from start to start of its newest runs"),
  retired_since: describe(v.nullable(instant), "When the operator called it over; null: it is not"),
  ...FiguresSchema,
  weeks: describe(
    v.array(v.strictObject({ start: instant, hours_known: v.number(), ...FiguresSchema })),
    "The same of each week, the newest first; a week ends at the same hour as the first one",
  ),
});

const MemorySchema = v.strictObject({
  source: describe(v.string(), "The CRM's name in the configuration"),
  known_since: describe(v.nullable(instant), "The first hour that is known of those asked for; null: none"),
  hours_known: describe(v.number(), "How many hours are known of those asked for"),
  hours_asked: v.number(),
  ignored: describe(v.array(v.strictObject({ from: instant, to: instant })), "Left out by the operator's word"),
  fill_stopped: describe(
    v.nullable(v.string()),
    "Why the past is not read back any further; null: it is, or it is known",
  ),
  rules: v.array(RuleSchema),
});

/** What `memory show` publishes: one for each CRM. */
export const MemoriesSchema = v.array(MemorySchema);

export type MemorySummary = v.InferOutput<typeof MemorySchema>;
type Figures = Omit<MemorySummary["rules"][number]["weeks"][number], "start" | "hours_known">;

/** What else the store says of the CRM. */
export type MemoryFacts = {
  source: string;
  /** The hours that are asked for, since the epoch: half-open. */
  fromHour: number;
  toHour: number;
  ignored: [fromHour: number, toHour: number][];
  retired: { rule: string; sinceMs: number }[];
  stopped: string | null;
};

const WEEK_HOURS = WEEK_MS / HOUR_MS;

export function summarizeMemory(past: Past, facts: MemoryFacts): MemorySummary {
  const { source, fromHour, toHour, ignored, retired, stopped } = facts;
  const first = past.covered.find(([from, to]) => to > fromHour && from < toHour)?.[0];
  return {
    source,
    known_since: first === undefined ? null : formatHour(Math.max(first, fromHour)),
    hours_known: countKnown(past, fromHour, toHour),
    hours_asked: toHour - fromHour,
    ignored: ignored.map(([from, to]) => ({ from: formatHour(from), to: formatHour(to) })),
    fill_stopped: stopped,
    rules: past.rules.map((rule) => {
      const since = retired.find((one) => one.rule === rule.rule)?.sinceMs;
      return {
        ...describeRule(rule, past, facts),
        retired_since: since === undefined ? null : formatInstant(since),
      };
    }),
  };
}

function describeRule(
  rule: RulePast,
  past: Past,
  { fromHour, toHour }: MemoryFacts,
): Omit<MemorySummary["rules"][number], "retired_since"> {
  const [newest] = rule.runs;
  // Days are read as a whole.
  const asked = listCells(rule).filter(({ hour }) => hour >= fromHour && hour < toHour);
  const weeks = Array.from({ length: Math.ceil((toHour - fromHour) / WEEK_HOURS) }, (_, index) => {
    const endHour = toHour - index * WEEK_HOURS;
    const startHour = Math.max(fromHour, endHour - WEEK_HOURS);
    const cells = asked.filter(({ hour }) => hour >= startHour && hour < endHour);
    return {
      start: formatHour(startHour),
      hours_known: countKnown(past, startHour, endHour),
      ...describeCells(cells),
    };
  });
  return {
    rule_name: rule.rule,
    first_start: formatInstant(rule.firstMs),
    last_run: newest === undefined ? null : formatInstant(settledAt(newest)),
    last_status: newest?.status ?? null,
    usual_interval_seconds: measureInterval(rule),
    ...describeCells(asked),
    weeks: weeks.filter(({ hours_known: hours }) => hours > 0),
  };
}

function describeCells(cells: HourCell[]): Figures {
  const successes = cells.filter(({ status }) => status === "success");
  const seconds = successes.map((cell) => cell.seconds);
  const records = quantileOf(
    successes.map((cell) => cell.records),
    0.5,
  );
  const ended = (some: HourCell[]) => some.reduce((sum, cell) => sum + cell.ended, 0);
  return {
    runs: ended(cells),
    failed: ended(cells) - ended(successes),
    duration_p50_seconds: quantileOf(seconds, 0.5),
    duration_p95_seconds: quantileOf(seconds, 0.95),
    // The sketch has 1 + the records.
    records_p50: records === null ? null : Math.max(0, Math.round(records - 1)),
  };
}

/** The figure that so many of all lie at or below, by the middle of its bucket; null where there is none. */
function quantileOf(sketches: LogSketch[], share: number): number | null {
  const counts = new Map<number, number>();
  for (const { buckets } of sketches)
    for (const [bucket, count] of buckets) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (const [bucket, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    below += count;
    if (below >= share * total) return Math.exp(((bucket + 0.5) * BUCKET_WIDTH) / 1000);
  }
  return null;
}

function measureInterval({ runs }: RulePast): number | null {
  const starts = runs.map(({ startedMs }) => startedMs).toSorted((a, b) => a - b);
  const gaps = starts.slice(1).map((startedMs, index) => startedMs - (starts[index] ?? startedMs));
  const middle = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
  return middle === undefined ? null : middle / 1000;
}

function countKnown({ covered }: Past, fromHour: number, toHour: number): number {
  return covered.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, toHour) - Math.max(from, fromHour)), 0);
}

function formatHour(hour: number): string {
  return formatInstant(hour * HOUR_MS);
}
