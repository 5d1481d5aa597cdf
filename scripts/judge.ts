/** Prints whether the report's judgements are right: what is told of rules that are well, and how soon faults are told. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type FaultCase, JUDGED_FAULTS, judgeFault, sumCases } from "../test/making/judging/faulted.ts";
import { judgeHealthy } from "../test/making/judging/healthy.ts";
import {
  type CrmKind,
  simulatePattern,
  simulateRealistic,
  simulateStory,
  simulateTough,
  STORY_NAMES,
} from "../test/making/simulation/crms.ts";
import { PATTERN_NAMES } from "../test/making/simulation/patterns.ts";
import { formatFaults, formatHealthy } from "./measure/judgement.ts";

const FIXED_SEED = 1;
const KINDS: CrmKind[] = ["realistic", "tough", ...PATTERN_NAMES, ...STORY_NAMES];
const FULL = { everyDays: 1, kinds: KINDS, faults: [...JUDGED_FAULTS], victims: PATTERN_NAMES };
const QUICK: typeof FULL = {
  everyDays: 10,
  kinds: ["realistic", "tough", "hourly", "office-hours", "nightly", "weekly", "purged", "retired"],
  faults: ["stops", "every-run-fails", "one-run-stuck", "zero-records", "durations-double", "three-crms-fail"],
  victims: ["every-15-minutes", "office-hours", "nightly"],
};

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean" },
    seed: { type: "string", default: String(FIXED_SEED) },
    patterns: { type: "string" },
    faults: { type: "string" },
    victims: { type: "string" },
    "every-days": { type: "string" },
    "without-past": { type: "boolean", default: false },
  },
});
const extent = flags.quick === true ? QUICK : FULL;
const seed = readWhole("seed", flags.seed);
const everyDays = flags["every-days"] === undefined ? extent.everyDays : readWhole("every-days", flags["every-days"]);
const withPast = !flags["without-past"];
const kinds = chooseNames(flags.patterns, KINDS, extent.kinds);
const faults = chooseNames(flags.faults, JUDGED_FAULTS, extent.faults);
const victims = chooseNames(flags.victims, PATTERN_NAMES, extent.victims);
const directory = mkdtempSync(join(tmpdir(), "automation-reports-judge-"));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    clean();
    process.exit(1);
  });
}
try {
  const startedMs = performance.now();
  console.log(`seed ${seed}, a look every ${everyDays} days, ${withPast ? "with" : "without"} a past\n`);
  const crms = kinds.flatMap(simulateKind);
  if (crms.length > 0) print(formatHealthy(judgeHealthy(crms, { seed, everyDays, directory, withPast })));
  const cases: FaultCase[] = faults.flatMap((fault) => {
    const judged = judgeFault(fault, victims, { seed, directory, withPast });
    // An hour may pass before the table.
    console.error(`${fault}: ${sumCases(judged).named} of ${judged.length} named`);
    return judged;
  });
  if (faults.length > 0) print(formatFaults(cases));
  console.log(`${Math.round((performance.now() - startedMs) / 1000)} s`);
} finally {
  clean();
}

function simulateKind(kind: CrmKind): ReturnType<typeof simulateRealistic> {
  if (kind === "realistic") return simulateRealistic(seed);
  if (kind === "tough") return simulateTough(seed);
  const story = STORY_NAMES.find((name) => name === kind);
  if (story !== undefined) return simulateStory(seed, story);
  return PATTERN_NAMES.filter((name) => name === kind).flatMap((pattern) => simulatePattern(seed, pattern));
}

function chooseNames<T extends string>(given: string | undefined, known: readonly T[], usual: T[]): T[] {
  if (given === undefined) return usual;
  if (given === "none") return [];
  return given.split(",").map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new Error(`there is no "${name}"; there are none, ${known.join(", ")}`);
    return found;
  });
}

function readWhole(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${flag} needs a whole number from 1 on`);
  return number;
}

function print(lines: string[]): void {
  console.log(`${lines.join("\n")}\n`);
}

function clean(): void {
  rmSync(directory, { recursive: true, force: true });
}
