/** Healthy CRMs: one for each pattern, one for each story of a rule's life, and mixes as real integrations have them. */
import { DAY_MS } from "../../../src/time/units.ts";
import type { Window } from "../../../src/time/window.ts";
import { drawBetween, drawFrom, type Random } from "./chance.ts";
import {
  ON_WALL_TIME,
  PATTERN_NAMES,
  type Pattern,
  type PatternName,
  PATTERNS,
  TOUGH_NAMES,
  TOUGH_PATTERNS,
  type ToughName,
} from "./patterns.ts";
import type { ScheduleRow } from "./rhythms.ts";
import { simulateRuns, type SimulatedRun } from "./runs.ts";

export type SimulatedRule = {
  name: string;
  pattern: PatternName | ToughName;
  schedule: { row: ScheduleRow; enabled: boolean } | null;
  /** In the order of their starts. */
  runs: SimulatedRun[];
};

export type SimulatedCrm = {
  name: string;
  /** The line of the table under which it is counted. */
  kind: CrmKind;
  /** The zone in which its schedules are written. */
  timezone: string;
  rules: SimulatedRule[];
};

export type CrmKind = "realistic" | "tough" | PatternName | StoryName;

/** The moments that are looked at; the rows begin `HISTORY_DAYS` earlier. */
export type Season = { name: "spring" | "autumn"; looks: Window };

type Place = { season: Season; timezone: string };
type RuleRecipe = {
  name: string;
  pattern: PatternName | ToughName;
  schedule: "enabled" | "disabled" | "none";
  /** In days after the first look. */
  born?: number;
  dies?: number;
};

const HISTORY_DAYS = 60;
const LOOKED_AT_DAYS = 60;
const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";
export const TIMEZONES = ["UTC", BERLIN, NEW_YORK];

/** The clocks change on 8 March and 1 November in New York, on 29 March and 25 October in Berlin. */
export const SEASONS: Record<Season["name"], Season> = {
  spring: { name: "spring", looks: daysFrom("2026-02-22T00:00:00Z") },
  autumn: { name: "autumn", looks: daysFrom("2026-10-01T00:00:00Z") },
};

/** What happens to rules that are well. None ends without a trace: no reader could tell it from a dead one. */
const STORIES = {
  purged: [
    { name: "hourly", pattern: "hourly", schedule: "none", born: -10 },
    { name: "nightly", pattern: "nightly", schedule: "none", born: -10 },
    { name: "weekly", pattern: "weekly", schedule: "none", born: -10 },
  ],
  new: [
    { name: "hourly", pattern: "hourly", schedule: "enabled" },
    { name: "hourly_new", pattern: "every-15-minutes", schedule: "none", born: 12 },
    { name: "nightly_new", pattern: "nightly", schedule: "enabled", born: 20 },
  ],
  retired: [
    { name: "hourly", pattern: "hourly", schedule: "enabled" },
    { name: "often_retired", pattern: "every-15-minutes", schedule: "disabled", dies: 12 },
    { name: "nightly_retired", pattern: "nightly", schedule: "disabled", dies: 20 },
  ],
  renamed: [
    { name: "hourly", pattern: "hourly", schedule: "enabled" },
    { name: "calls", pattern: "every-15-minutes", schedule: "disabled", dies: 12 },
    { name: "calls_v2", pattern: "every-15-minutes", schedule: "enabled", born: 12 },
    { name: "users", pattern: "nightly", schedule: "disabled", dies: 20 },
    { name: "users_v2", pattern: "nightly", schedule: "none", born: 20 },
  ],
} satisfies Record<string, RuleRecipe[]>;

export type StoryName = keyof typeof STORIES;
export const STORY_NAMES = Object.keys(STORIES) as StoryName[];

/** What real integrations synchronise; a realistic CRM has the first eight and some of the others. */
const REAL_RULES: [name: string, pattern: PatternName][] = [
  ["contacts", "every-15-minutes"],
  ["deals", "hourly"],
  ["appointments", "office-hours"],
  ["users", "nightly"],
  ["companies", "hourly"],
  ["invoices", "every-6-hours"],
  ["zipcodes", "weekly"],
  ["contacts_full", "nightly"],
  ["calls", "every-5-minutes"],
  ["tasks", "jittered"],
  ["tickets", "quiet-nights"],
  ["products", "nightly"],
  ["quotes", "retried"],
  ["imports", "bursts"],
  ["call_center", "working-days"],
  ["archive", "monthly"],
  ["emails", "overlapping"],
  ["attachments", "long-runs"],
  ["divisions", "weekly"],
  ["marketing_sources", "every-30-days"],
];
const ALWAYS_THERE = 8;
const DECLARED_SHARE = 0.6;

/** Rules of one pattern, declared and not; in each zone and at each change of its clocks where the clocks move them. */
export function simulatePattern(seed: number, pattern: PatternName): { season: Season; crm: SimulatedCrm }[] {
  const places = ON_WALL_TIME.includes(pattern) ? listPlaces() : [{ season: SEASONS.spring, timezone: "UTC" }];
  const recipes: RuleRecipe[] = [
    { name: `${pattern}_declared`, pattern, schedule: "enabled" },
    { name: `${pattern}_observed`, pattern, schedule: "none" },
  ];
  return places.map((place) => ({ season: place.season, crm: simulateCrm(seed, pattern, pattern, place, recipes) }));
}

export function simulateStory(seed: number, story: StoryName): { season: Season; crm: SimulatedCrm }[] {
  const place = { season: SEASONS.autumn, timezone: BERLIN };
  return [{ season: place.season, crm: simulateCrm(seed, story, story, place, STORIES[story]) }];
}

/** Six CRMs of 8 to 20 rules: in each zone, in spring and in autumn. */
export function simulateRealistic(seed: number): { season: Season; crm: SimulatedCrm }[] {
  const places = TIMEZONES.flatMap((timezone) => Object.values(SEASONS).map((season) => ({ season, timezone })));
  return places.map((place, index) => {
    const random = drawFrom(seed, `realistic ${index}`);
    const others = drawSome(random, REAL_RULES.slice(ALWAYS_THERE));
    const recipes = [...REAL_RULES.slice(0, ALWAYS_THERE), ...others].map(([name, pattern]): RuleRecipe => {
      return { name, pattern, schedule: random() < DECLARED_SHARE ? "enabled" : "none" };
    });
    return { season: place.season, crm: simulateCrm(seed, "realistic", "realistic", place, recipes) };
  });
}

/** Three CRMs of rules that are well and do not look so: one in each zone, half of the rules declared. */
export function simulateTough(seed: number): { season: Season; crm: SimulatedCrm }[] {
  return TIMEZONES.map((timezone, nth) => {
    const place = { season: SEASONS.autumn, timezone };
    const recipes = TOUGH_NAMES.map((pattern, index): RuleRecipe => {
      return { name: pattern, pattern, schedule: (nth + index) % 2 === 0 ? "enabled" : "none" };
    });
    return { season: place.season, crm: simulateCrm(seed, "tough", "tough", place, recipes) };
  });
}

/** Rules of all patterns in turn, every other one declared. */
export function simulateMixture(seed: number, rules: number, place: Place): SimulatedCrm {
  const recipes = Array.from({ length: rules }, (_, index): RuleRecipe => {
    const round = Math.floor(index / PATTERN_NAMES.length);
    const pattern = PATTERN_NAMES[index % PATTERN_NAMES.length] ?? "hourly";
    const schedule = (index + round) % 2 === 0 ? "enabled" : "none";
    return { name: `${pattern}_${round + 1}`, pattern, schedule };
  });
  return simulateCrm(seed, `${rules}-rules`, "realistic", place, recipes);
}

/** Rows begin with the history and end with the last look. */
export function spanOf({ looks }: Season): Window {
  return { startMs: looks.startMs - HISTORY_DAYS * DAY_MS, endMs: looks.endMs };
}

function simulateCrm(seed: number, stem: string, kind: CrmKind, place: Place, recipes: RuleRecipe[]): SimulatedCrm {
  const { season, timezone } = place;
  const name = `${stem}-${timezone.replace(/^.*\//, "").toLowerCase()}-${season.name}`;
  const rules = recipes.map((recipe) => simulateRule(drawFrom(seed, `${name} ${recipe.name}`), recipe, place));
  return { name, kind, timezone, rules };
}

function simulateRule(
  random: Random,
  { name, pattern, schedule, born, dies }: RuleRecipe,
  place: Place,
): SimulatedRule {
  const { looks } = place.season;
  const span = spanOf(place.season);
  const life = {
    startMs: born === undefined ? span.startMs : looks.startMs + born * DAY_MS,
    endMs: dies === undefined ? span.endMs : looks.startMs + dies * DAY_MS,
  };
  const how: Pattern = { ...PATTERNS, ...TOUGH_PATTERNS }[pattern];
  const rhythm = how.rhythm(random);
  const runs = simulateRuns(how, rhythm, { life, timezone: place.timezone, random });
  return {
    name,
    pattern,
    schedule:
      schedule === "none" || rhythm.schedule === null
        ? null
        : { row: { ...rhythm.schedule, ...startOf(life, span) }, enabled: schedule === "enabled" },
    runs: runs.toSorted((a, b) => a.startedMs - b.startedMs),
  };
}

/** A look before a schedule was made must not wait for its runs. */
function startOf(life: Window, span: Window): { start_at?: string } {
  return life.startMs === span.startMs ? {} : { start_at: new Date(life.startMs).toISOString() };
}

function listPlaces(): Place[] {
  const { spring, autumn } = SEASONS;
  return [
    { season: spring, timezone: "UTC" },
    ...[BERLIN, NEW_YORK].flatMap((timezone) => [spring, autumn].map((season) => ({ season, timezone }))),
  ];
}

function drawSome<T>(random: Random, choices: T[]): T[] {
  const count = drawBetween(random, 0, choices.length);
  const ranked = choices.map((choice) => ({ choice, rank: random() }));
  return ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ choice }) => choice);
}

function daysFrom(iso: string): Window {
  const startMs = Date.parse(iso);
  return { startMs, endMs: startMs + LOOKED_AT_DAYS * DAY_MS };
}
