/** Which columns of a table of another shape are probably those of the preset `automation`: by the words of their names. */
import { listUnreadable, type ColumnTypes } from "./casts.ts";
import {
  DURATION,
  FAILED_AT,
  FAILURES,
  LIKELY,
  LOCKED_AT,
  SUCCESS,
  WANTED,
  type Likely,
  type Wanted,
} from "./column-words.ts";
import { namesFailures, namesRuns, rankName } from "./likely-names.ts";
import { PRESETS } from "./presets.ts";

/** What was recognised in a table. */
export type LikelyColumns = {
  /** The table's own column for each of the preset's; two where a day and a time of day stand apart. A column is taken once. */
  columns: Partial<Record<Wanted, string[]>>;
  /** A flag that tells whether the run succeeded. */
  success: string | null;
  /** What is only there where the run failed. */
  failure: string | null;
  /** Times that only a run without success has, such as `failed_at`; of the type of the end, where both are known. */
  failedAt: string[];
  /** How long a run took, as PostgreSQL adds it to its start; null: its end is known, or nothing tells. */
  duration: string | null;
  /** All that is known of its start is when a row was written, which may be when the run ended. */
  isWrittenAt: boolean;
  /** When a run was made, for those that ended and have no start; null: of the rows that were looked at each has one. */
  createdAt: string | null;
  /** The end that only a run has that succeeded, perhaps after failed attempts: others have one of their own. */
  successAt: string | null;
  /** When a worker took the job, of a queue that keeps no end. */
  lockedAt: string | null;
  /** Times of day that are numbers, such as 90500: zeros are missing before them. */
  digits: string[];
  /** The table's columns that were taken for nothing. */
  others: string[];
  /** Of the columns above those that are keys in JSON: how each is read. */
  keys: Map<string, JsonKey>;
  /** What says which rule a run was of is no mere key. */
  isRuleSure: boolean;
  /** Enough to offer the table unasked. */
  isOfRuns: boolean;
  /** At least one thing that a run has. */
  isKnown: boolean;
  /** The greater, the more it looks like a table of runs. */
  rank: number;
};

/** A key of the objects that a column holds; `jsonb`: an object or a list is there, which nothing but an error is. */
export type JsonKey = { column: string; key: string; type: "text" | "jsonb" };

/** `odd`: what tells no rules apart, whatever its name says. `sparse`: the column of the start, where one of the first rows has an end alone. */
type ReadableTable = {
  name: string;
  columns: string[];
  types?: ColumnTypes;
  keys?: JsonKey[];
  odd?: string[];
  sparse?: string[];
};

/** What a name for the rule adds to a rank: more than all other columns together. */
export const WORTH_OF_RULE = 100;

const NUMBER_TYPE = /^(?:smallint|integer|bigint|numeric)$/;

/** Longest first, so that a name without capitals and underscores is taken apart rightly. */
const VOCABULARY = [
  ...new Set(
    [...Object.values(LIKELY), SUCCESS, FAILED_AT, LOCKED_AT]
      .flatMap(({ patterns, beside, weak = [] }) => [...patterns, ...weak, beside])
      .flatMap((text) => text.split(/[ |]/))
      .filter((word) => word.length > 1),
  ),
].toSorted((a, b) => b.length - a.length);
/** Fewer columns begin alike by chance. */
const FEWEST_PREFIXED = 4;
/** Longer ones are taken apart in too many ways. */
const LONGEST_GLUED = 40;

/** `read`: of a key. */
type Worded = { column: string; words: string[]; read?: JsonKey };

/** All that may say which rule a run was of: a column, or what a key of its JSON holds. */
export function listLikelyRules(table: Pick<ReadableTable, "columns" | "keys">): (JsonKey | { column: string })[] {
  const { patterns, weak = [], beside } = LIKELY.rule;
  return wordColumns(table)
    .filter((one) => one.read?.type !== "jsonb" && seekColumn([one], [...patterns, ...weak], beside) !== null)
    .map(({ column, read }) => read ?? { column });
}

function wordColumns({ columns, keys = [] }: Pick<ReadableTable, "columns" | "keys">): Worded[] {
  const shared = countShared(columns);
  return [
    ...columns.map((column) => ({ column, words: splitName(column.slice(shared)) })),
    ...keys.map((read) => ({ column: nameKey(read), words: splitName(read.key), read })),
  ];
}

/** How many letters all columns of a table begin with, such as those of the table's own name. */
export function countShared(columns: string[]): number {
  const [first = ""] = columns;
  if (columns.length < FEWEST_PREFIXED) return 0;
  const shortest = Math.min(...columns.map((one) => one.length));
  let n = 0;
  while (n < shortest - 1 && columns.every((one) => one[n] === first[n])) n += 1;
  const shared = first.slice(0, n);
  return shared.includes("_") ? shared.lastIndexOf("_") + 1 : n;
}

/** How a key of JSON is called beside the columns. */
export function nameKey({ column, key }: JsonKey): string {
  return `${column}.${key}`;
}

export function findLikelyColumns(table: ReadableTable): LikelyColumns {
  const { name, types: own = {}, keys = [], odd = [], sparse = [] } = table;
  const written = new Map(keys.map((one) => [nameKey(one), one]));
  const types: ColumnTypes = {
    ...own,
    ...Object.fromEntries([...written.keys()].map((column) => [column, "text"])),
  };
  const worded = wordColumns(table);
  const found: LikelyColumns["columns"] = {};
  const seek = (wanted: Wanted, patterns: string[], { beside }: Likely = LIKELY[wanted]): string | null => {
    const taken = Object.values(found).flat();
    const free = worded.filter(
      ({ column, read }) =>
        !taken.includes(column) && isReadable(column, wanted, types) && (wanted === "error" || read?.type !== "jsonb"),
    );
    if (wanted === "rule") {
      const telling = free.filter(({ column }) => !odd.includes(column));
      return seekColumn(telling, patterns, beside);
    }
    // A column of its own says it better than a key of JSON does, and a text what went wrong; of a rule the more telling name counts.
    const isCount = ({ column }: Worded) => wanted === "error" && NUMBER_TYPE.test(types[column] ?? "");
    const [keyed = [], whole = []] = [true, false].map((isKey) =>
      free.filter((one) => written.has(one.column) === isKey),
    );
    const choices = [whole.filter((one) => !isCount(one)), keyed, whole];
    return choices.map((some) => seekColumn(some, patterns, beside)).find((column) => column !== null) ?? null;
  };
  for (const wanted of WANTED) {
    const own = seek(wanted, LIKELY[wanted].patterns);
    const pair = wanted === "started_at" || wanted === "finished_at" ? seekPair(worded, LIKELY[wanted]) : null;
    if (pair !== null && (own === null || pair.includes(own))) found[wanted] = pair;
    else if (own !== null) found[wanted] = [own];
  }
  const [source] = found.crm_source ?? [];
  // An integration by which the runs are told apart is the rule, where nothing else is.
  if (found.rule === undefined && source !== undefined && !splitName(source).includes("crm")) {
    found.rule = [source];
    delete found.crm_source;
  }
  const hasTime = found.started_at !== undefined || found.finished_at !== undefined;
  const [isRuleSure, sure] = [found.rule !== undefined, Object.keys(found).length];
  for (const wanted of ["started_at", "rule"] as const) {
    const weak = found[wanted] === undefined ? seek(wanted, LIKELY[wanted].weak ?? []) : null;
    if (weak !== null) found[wanted] = [weak];
  }
  const isWrittenAt = found.started_at !== undefined && !hasTime;
  const [end] = found.finished_at ?? [];
  // Without a start a run is told by when it ended, and how long it took is unknown.
  if (found.started_at === undefined && end !== undefined) {
    found.started_at = [end];
    delete found.finished_at;
  }
  const [start = "", timeOfDay] = found.started_at ?? [];
  const made = sparse.includes(start) ? seek("started_at", LIKELY.started_at.weak?.slice(0, 1) ?? []) : null;
  const createdAt = made !== null && isOfOneType(types, made, start) ? made : null;
  const success = seek("dry_run", SUCCESS.patterns, SUCCESS);
  // Beside a flag that says so, what came out is what the run returned.
  if (success !== null && found.status !== undefined && !/stat/i.test(found.status.join())) delete found.status;
  const failure = seekColumn(
    worded.filter(({ column }) => found.error?.includes(column)),
    FAILURES,
    LIKELY.error.beside,
  );
  const isOfAttempts = failure !== null && splitName(failure).includes("last");
  // Beside the last error of several attempts stands how many of them failed.
  if (isOfAttempts) delete found.records_failed;
  const taken = [...Object.values(found).flat(), success, createdAt];
  const free = worded.filter(({ column }) => !taken.includes(column));
  const failedAt = listFailedAt(free, found.finished_at, types);
  const duration =
    found.finished_at === undefined && found.started_at !== undefined
      ? seekColumn(
          free.filter(({ column }) => types[column] === "interval"),
          DURATION.patterns,
          DURATION.beside,
        )
      : null;
  const hasOutcome = found.status !== undefined || success !== null || failure !== null || failedAt.length > 0;
  const hasMore = hasTime || duration !== null || found.error !== undefined || found.records_processed !== undefined;
  const lockedAt =
    found.finished_at === undefined && duration === null
      ? seekColumn(free, LOCKED_AT.patterns, LOCKED_AT.beside)
      : null;
  const named = splitName(name);
  const isSilent = found.status === undefined && success === null;
  // It is read as it is: perhaps another CRM's view.
  const isReady = WANTED.every((wanted) => table.columns.includes(wanted));
  const isOther = isReady || (isSilent && namesFailures(named));
  return {
    columns: found,
    success,
    failure,
    failedAt,
    duration,
    isWrittenAt,
    createdAt,
    successAt: isOfAttempts && failedAt.length > 0 ? (found.finished_at?.[0] ?? null) : null,
    lockedAt,
    digits: [timeOfDay, found.finished_at?.[1]].filter(
      (column) => column !== undefined && NUMBER_TYPE.test(types[column] ?? ""),
    ) as string[],
    keys: written,
    others: free.map(({ column }) => column).filter((column) => ![...failedAt, duration, lockedAt].includes(column)),
    isRuleSure,
    isOfRuns:
      found.rule !== undefined &&
      found.started_at !== undefined &&
      hasOutcome &&
      (hasMore || namesRuns(named)) &&
      !isOther,
    isKnown: isRuleSure || hasTime || found.status !== undefined,
    rank: (hasTime ? 1000 : 0) + (isRuleSure ? WORTH_OF_RULE : 0) + 2 * sure + rankName(named),
  };
}

/** In the table's order: the end of a run may be in any of them. */
function listFailedAt(free: Worded[], end: string[] | undefined, types: ColumnTypes): string[] {
  const isOfType = (column: string) =>
    isReadable(column, "finished_at", types) && isOfOneType(types, column, end?.[0] ?? column);
  return free
    .filter((one) => isOfType(one.column) && seekColumn([one], FAILED_AT.patterns, FAILED_AT.beside) !== null)
    .map(({ column }) => column);
}

function seekColumn(free: Worded[], patterns: string[], beside: string): string | null {
  const allowed = new Set(beside.split(" "));
  for (const pattern of patterns) {
    const needed = pattern.split(" ").map((words) => words.split("|"));
    const [best] = free
      .flatMap(({ column, words }) => {
        const others = findOthers(words, needed);
        return others === null || !others.every((word) => allowed.has(word)) ? [] : [{ column, n: others.length }];
      })
      .toSorted((a, b) => a.n - b.n);
    if (best !== undefined) return best.column;
  }
  return null;
}

/** The words that the pattern does not take; null: it does not fit. */
function findOthers(words: string[], needed: string[][]): string[] | null {
  let others = words;
  for (const choice of needed) {
    const at = others.findIndex((word) => choice.includes(word));
    if (at === -1) return null;
    others = others.toSpliced(at, 1);
  }
  return others;
}

/** `run_date` and `run_time`: neither alone says when. */
function seekPair(worded: Worded[], { patterns }: Likely): [string, string] | null {
  const meant = new Set(patterns.flatMap((pattern) => pattern.split(/[ |]/)));
  const without = (words: string[], part: string) =>
    words.at(-1) === part && words.length === 2 && meant.has(words[0] ?? "") ? (words[0] ?? null) : null;
  for (const { column, words } of worded) {
    const day = without(words, "date");
    const time = day === null ? undefined : worded.find((one) => without(one.words, "time") === day);
    if (time !== undefined) return [column, time.column];
  }
  return null;
}

/** `StartTime`, `start_time` and `starttime` have the same words. */
function splitName(name: string): string[] {
  return name
    .normalize("NFD")
    .replaceAll(/\p{Mn}/gu, "")
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .flatMap((word) => (word.length > LONGEST_GLUED ? null : splitGlued(word)) ?? [word]);
}

/** Null: it is not made of known words alone. */
function splitGlued(text: string): string[] | null {
  if (text === "") return [];
  for (const word of VOCABULARY) {
    const rest = text.startsWith(word) ? splitGlued(text.slice(word.length)) : null;
    if (rest !== null) return [word, ...rest];
  }
  return null;
}

/** As far as both are known. */
function isOfOneType(types: ColumnTypes, column: string, other: string): boolean {
  const [own, others] = [types[column], types[other]];
  return own === undefined || others === undefined || own === others;
}

/** Where its type is known, the preset must be able to read the column as what it would be. */
function isReadable(column: string, wanted: Wanted, types: ColumnTypes): boolean {
  const type = types[column];
  return type === undefined || listUnreadable({ [wanted]: type }, PRESETS.automation.kinds.actions).length === 0;
}
