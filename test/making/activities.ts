/** Activities as the warehouse layer hands them over, with one override where a test needs another fact. */
import { settingsOf } from "../../src/config/report-settings.ts";
import type {
  Activity,
  DeclaredRule,
  DeclaredSchedule,
  ReadActivity,
  RuleActivity,
  Run,
  StatusCounts,
} from "../../src/report/activity.ts";
import { buildReport } from "../../src/report/build.ts";
import { readRecurrence } from "../../src/time/recurrence.ts";
import { emptyCounts } from "../../src/report/counts.ts";
import type { Past } from "../../src/report/memory/cells.ts";
import type { Report } from "../../src/report/document/schema.ts";
import type { Thresholds } from "../../src/report/thresholds.ts";
import type { ReportSettings } from "../../src/report/settings.ts";
import { assertPublishable, crmConfig, WINDOW } from "./reports.ts";

const SETTINGS: ReportSettings = settingsOf(crmConfig("sqlite:x"));
export const THRESHOLDS: Thresholds = SETTINGS.thresholds;

function counts(some: Partial<StatusCounts>): StatusCounts {
  return { ...emptyCounts(), ...some };
}

export function rule(
  name: string,
  current: Partial<StatusCounts>,
  override: Partial<Omit<RuleActivity, "previous">> & { previous?: Partial<StatusCounts> } = {},
): RuleActivity {
  return {
    rule: name,
    records: { processed: null, created: null, updated: null, failed: null },
    duration: null,
    lastSuccessMs: null,
    runs: [],
    emptyStreak: null,
    failStreak: null,
    newestError: null,
    failedIds: [],
    startsMs: [],
    previousStartMs: null,
    newestStartMs: null,
    running: [],
    runningBefore: [],
    usualRecords: null,
    lookback: null,
    unreadable: null,
    unknownWords: [],
    weekBefore: null,
    ...override,
    current: counts(current),
    previous: counts(override.previous ?? {}),
  };
}

export function declared(name: string, override: Partial<DeclaredRule> = {}): DeclaredRule {
  return {
    name,
    enabled: true,
    automationLevel: null,
    strategy: null,
    priority: null,
    schedules: [],
    disabledMs: null,
    unmatched: false,
    isRewritten: false,
    ...override,
  };
}

export function activity(
  override: Partial<ReadActivity> & { window?: Activity["window"]; source?: string } = {},
): ReadActivity & Activity {
  return {
    kind: "read",
    source: "hubspot",
    window: WINDOW,
    querySeconds: 0.047,
    preset: "automation",
    rules: [],
    records: { processed: null, created: null, updated: null, failed: null },
    duration: null,
    previousDuration: null,
    baseline: null,
    hours: [],
    hourly: null,
    past: null,
    pastProblem: null,
    unknownStatuses: [],
    failures: [],
    contradictions: [],
    wrappers: [],
    wrapperRuns: [],
    lookback: "none",
    knownSinceMs: WINDOW.endMs - 30 * 86_400_000,
    sampledRules: [],
    tableSinceMs: null,
    scannedFromMs: WINDOW.startMs - 2 * 86_400_000,
    nearSources: [],
    assumedZone: null,
    recent: [],
    declaredRules: [],
    ...override,
  };
}

export function report(
  facts: Activity,
  {
    detailed = false,
    isWhole = false,
    thresholds = THRESHOLDS,
    settings = {},
    past = null,
  }: {
    detailed?: boolean;
    isWhole?: boolean;
    thresholds?: Thresholds;
    settings?: Partial<ReportSettings>;
    past?: Past | null;
  } = {},
): Report {
  const made = buildReport(
    facts,
    { ...SETTINGS, thresholds, ...settings },
    {
      passId: "0197f5c2-9d40-7a3e-8f51-2b9a1c7d4e60",
      generatedMs: Date.parse("2026-07-10T21:00:00.412Z"),
      generator: "automation-reports 0.1.0",
      detailed,
      isWhole,
    },
    past,
  );
  assertPublishable(made);
  return made;
}

/** A schedule as its row says it. */
export function schedule(text: string, override: Partial<DeclaredSchedule> = {}): DeclaredSchedule {
  return {
    text,
    recurrence: readRecurrence(text),
    startAtMs: null,
    endAtMs: null,
    createdMs: null,
    changedMs: null,
    ...override,
  };
}

/** Runs that go on and on, in the row ids 1, 2, …; each start is so many hours before the window's end. */
export function goingOn(...hoursAgo: number[]): Run[] {
  return hoursAgo.map((hours, index) => ({ startedMs: WINDOW.endMs - hours * 3_600_000, id: String(index + 1) }));
}
