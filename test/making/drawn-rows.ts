/** Rows as a warehouse may hold them, drawn at random: odd names, every spelling of a status, times at the window's edges. */
import * as fc from "fast-check";
import { AUTOMATION_LEVELS, type ActionStatus } from "../../src/report/words.ts";
import type { Preset } from "./refillable.ts";
import type { RuleRow, RunRow } from "./warehouses.ts";
import type { Window } from "../../src/time/window.ts";

type DrawnRun = RunRow & { startMs: number; endMs: number | null };
type DrawnSettings = {
  exclude_rules: string[];
  wrapper_rules: string[] | null;
  statuses: Record<string, "success" | "partial" | "failed" | "running" | "skipped">;
  stale_after: string;
};
export type DrawnWarehouse = {
  window: Window;
  runs: DrawnRun[];
  rules: RuleRow[];
  settings: DrawnSettings;
};

const CRMS = ["hubspot", "genius", "Hubspot", "hub spot", "'; DROP TABLE x; --"];

/** What `configuration` may hold, and whether that is a rehearsal. */
const CONFIGURATIONS: [json: string, dryRun: boolean][] = [
  ["{}", false],
  ['{"dry_run": true}', true],
  ['{"dry_run": false}', false],
  ['{"dry_run": 1}', true],
  ['{"dry_run": 0}', false],
  ['{"dry_run": 1.0}', false],
  ['{"dry_run": "True"}', true],
  ['{"dry_run": "yes"}', false],
  ['{"dry_run": null}', false],
  ['{"dry_run": {"true": true}}', false],
  ['{"options": {"dry_run": true}}', false],
  ['"{\\"dry_run\\": true}"', true],
  ['"{\\"dry_run\\": false}"', false],
  ['"{\\"a\\": 1, \\"DRY_RUN\\" : 1}"', true],
  [`"{'dry_run': True}"`, true],
  ['"\\"{\\\\\\"dry_run\\\\\\": true}\\""', true],
  ['"nonsense {"', false],
  ['"{\\"note\\": \\"dry_run: true\\"}"', false],
  ["null", false],
  ["17", false],
  ["true", false],
  ["[]", false],
  ['[{"dry_run": true}]', false],
];

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const END_MS = Date.parse("2026-07-10T21:00:00Z");

const KNOWN_STATUSES = [
  "success",
  "completed",
  "done",
  "partial",
  "failed",
  "error",
  "cancelled",
  "running",
  "in_progress",
  "pending",
  "queued",
  "skipped",
  "\tfailed",
  "ok\n",
];
/** SQLite's lower() knows ASCII alone, so no word here has a letter that lower() elsewhere would make one (the Kelvin sign). */
const UNKNOWN_STATUSES = ["exploded", "", " ", "(null)", "DÔNE", "succes", "success?", "__proto__", "0"];

const ODD_NAMES = [
  "contacts",
  "deals",
  "Deals",
  "deal",
  "hubspot_deals",
  "all",
  "all_entities",
  "",
  " ",
  "it's",
  'say "x"',
  "a.b",
  "null",
  "1e3",
  "%",
  "\\",
  "a\nb",
  "__proto__",
  "constructor",
  "toString",
  "日本語",
  "🤖🚀",
  "é",
  "e\u0301",
  "\u001b[31m\u202ered",
  "\ue000",
];

const ERRORS = [
  "",
  " ",
  "HTTP 429 Too Many Requests",
  "Cleaned up: stale running sync",
  "nightly CLEAN-UP",
  "Could not clean phone number",
  "Marked as failed by nightly janitor",
  "HTTP 500 during cleanup",
  "\u001b]0;owned\u0007 <script>",
  `${"x".repeat(298)}🤖🚀`,
  `🤖${"x".repeat(297)}🤖🚀`,
  "é\n".repeat(600),
];

/** Everything one case needs. Strings hold no NUL, which PostgreSQL cannot store. */
export function drawWarehouse(preset: Preset): fc.Arbitrary<DrawnWarehouse> {
  return drawWindow().chain((window) =>
    fc.record({
      window: fc.constant(window),
      // Two runs of one rule at the same instant are told apart by nothing: which is listed first is open.
      runs: fc.uniqueArray(drawRun(preset, window), {
        maxLength: 40,
        size: "max",
        selector: (run) => JSON.stringify([run.crm, run.rule, run.start]),
      }),
      rules: fc.uniqueArray(drawRule(preset), {
        maxLength: 8,
        selector: (rule) => JSON.stringify([rule.crm, rule.name]),
      }),
      settings: drawSettings(preset),
    }),
  );
}

/** What a row's status says; undefined: the word is unknown. */
export function meaningOf(
  run: Pick<RunRow, "status">,
  settings: Pick<DrawnSettings, "statuses">,
): ActionStatus | undefined {
  const word = run.status.trim().toLowerCase();
  return Object.hasOwn(settings.statuses, word) ? settings.statuses[word] : VOCABULARY.get(word);
}

/** The rules whose runs are wrappers. */
export function wrappersOf(preset: Preset, settings: Pick<DrawnSettings, "wrapper_rules">): string[] {
  return settings.wrapper_rules ?? (preset === "automation" ? ["all"] : ["all", "all_entities"]);
}

const VOCABULARY = new Map<string, ActionStatus>([
  ["success", "success"],
  ["completed", "success"],
  ["done", "success"],
  ["ok", "success"],
  ["partial", "partial"],
  ["failed", "failed"],
  ["error", "failed"],
  ["cancelled", "failed"],
  ["running", "running"],
  ["in_progress", "running"],
  ["pending", "pending"],
  ["queued", "pending"],
  ["skipped", "skipped"],
]);
/** Whole hours, a cut first and last hour, and lengths that divide nothing. */
function drawWindow(): fc.Arbitrary<Window> {
  const length = fc.constantFrom(MINUTE_MS, 90 * MINUTE_MS, 24 * HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS, 5_000_001);
  return fc
    .record({ length, shift: fc.constantFrom(0, 0, 0, 1, -999, 1_234_567) })
    .map(({ length, shift }) => ({ startMs: END_MS + shift - length, endMs: END_MS + shift }));
}

function drawRun(preset: Preset, window: Window): fc.Arbitrary<DrawnRun> {
  const biggest = preset === "automation" ? Number.MAX_SAFE_INTEGER : 2_147_483_647;
  const known = fc.oneof(
    { weight: 4, arbitrary: fc.nat(1000) },
    { weight: 1, arbitrary: fc.constantFrom(biggest, biggest - 1, 2_147_483_647) },
  );
  const count = preset === "automation" ? fc.option(known, { freq: 5 }) : known;
  const times = drawInstant(window).chain((startMs) =>
    fc.record({ startMs: fc.constant(startMs), endMs: fc.option(drawEnd(startMs, window), { freq: 6 }) }),
  );
  return fc
    .record({
      crm: fc.oneof(
        { weight: 4, arbitrary: fc.constant("hubspot") },
        { weight: 1, arbitrary: fc.constantFrom(...CRMS) },
      ),
      rule: drawName(preset),
      status: drawStatus(preset),
      times,
      processed: count,
      created: count,
      updated: count,
      failed: count,
      error: drawError(),
      configuration: fc.oneof(
        { weight: 3, arbitrary: fc.constant(CONFIGURATIONS[0]!) },
        { weight: 1, arbitrary: fc.constantFrom(...CONFIGURATIONS) },
      ),
      dryRun: fc.boolean(),
    })
    .map(({ times: { startMs, endMs }, configuration: [configuration, rehearsal], dryRun, ...row }) => ({
      ...row,
      startMs,
      endMs,
      start: formatMs(startMs),
      end: endMs === null ? null : formatMs(endMs),
      configuration,
      dryRun: preset === "automation" ? dryRun && rehearsal : rehearsal,
    }));
}

/** Whole milliseconds: SQLite reads no more of a time, PostgreSQL would. */
function drawInstant({ startMs, endMs }: Window): fc.Arbitrary<number> {
  const beforeMs = 2 * startMs - endMs;
  return fc.oneof(
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(beforeMs, startMs, endMs), fc.constantFrom(-1000, -1, 0, 1, 1000))
        .map(([edge, offset]) => edge + offset),
    },
    { weight: 3, arbitrary: fc.integer({ min: startMs, max: endMs }) },
    { weight: 1, arbitrary: fc.integer({ min: beforeMs - HOUR_MS, max: endMs + HOUR_MS }) },
  );
}

function drawEnd(startMs: number, window: Window): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 600_000 }).map((ms) => startMs + ms) },
    { weight: 1, arbitrary: fc.integer({ min: -5000, max: 0 }).map((ms) => startMs + ms) },
    { weight: 1, arbitrary: drawInstant(window) },
  );
}

/** Columns of shape M hold 100 characters of a name and 20 of a status; those of the automation tables any number. */
function drawName(preset: Preset): fc.Arbitrary<string> {
  const long = preset === "automation" ? "x".repeat(5000) : "x".repeat(100);
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom("contacts", "deals", "users") },
    { weight: 4, arbitrary: fc.constantFrom(...ODD_NAMES, long) },
    { weight: 1, arbitrary: drawText(20) },
  );
}

function drawStatus(preset: Preset): fc.Arbitrary<string> {
  const unknown =
    preset === "automation" ? [...UNKNOWN_STATUSES, `${"y".repeat(100)}1`, `${"y".repeat(100)}2`] : UNKNOWN_STATUSES;
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("success", "success", "failed", "partial") },
    { weight: 3, arbitrary: fc.mixedCase(fc.constantFrom(...KNOWN_STATUSES)) },
    { weight: 1, arbitrary: fc.constantFrom(...KNOWN_STATUSES).map((word) => ` ${word}  `) },
    { weight: 2, arbitrary: fc.constantFrom(...unknown) },
  );
}

function drawError(): fc.Arbitrary<string | null> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constantFrom(...ERRORS) },
    { weight: 1, arbitrary: drawText(60) },
  );
}

function drawText(maxLength: number): fc.Arbitrary<string> {
  return fc
    .oneof(fc.string({ unit: "binary", maxLength }), fc.string({ unit: "grapheme", maxLength: maxLength / 4 }))
    .map((text) => text.replaceAll("\0", "").slice(0, 100).toWellFormed());
}

function drawRule(preset: Preset): fc.Arbitrary<RuleRow> {
  const orNone = (words: readonly string[]): fc.Arbitrary<string | null> => fc.option(fc.constantFrom(...words));
  return fc.record<RuleRow>({
    crm: fc.constantFrom("hubspot", "hubspot", "HUBSPOT", "genius"),
    name: drawName(preset),
    enabled: fc.boolean(),
    level: orNone(AUTOMATION_LEVELS),
    strategy: orNone(["delta", "full", "__proto__", ""]),
    priority: orNone(["high", "low"]),
    every: fc.integer({ min: 1, max: 3 }),
  });
}

function drawSettings(preset: Preset): fc.Arbitrary<DrawnSettings> {
  const names = fc.array(
    drawName(preset).filter((name) => name !== ""),
    { maxLength: 3 },
  );
  return fc.record({
    exclude_rules: fc.option(names, { nil: [] as string[], freq: 1 }),
    wrapper_rules: fc.option(names, { freq: 2 }),
    statuses: fc.dictionary(
      fc.constantFrom("done", "exploded", "failed", "success"),
      fc.constantFrom("success", "partial", "failed", "running", "skipped"),
      { maxKeys: 2 },
    ),
    stale_after: fc.constantFrom("1m", "30m", "2h", "3d"),
  });
}

function formatMs(ms: number): string {
  return new Date(ms).toISOString();
}
