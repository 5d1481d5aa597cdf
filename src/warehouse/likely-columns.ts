/** Which columns of a table of another shape are probably those of the preset `automation`: by the words of their names. */
import { listUnreadable, type ColumnTypes } from "./casts.ts";
import { PRESETS } from "./presets.ts";
import { namesFailures, rankName } from "./likely-names.ts";

const WANTED = [
  "id",
  "crm_source",
  "rule",
  "status",
  "started_at",
  "finished_at",
  "records_processed",
  "records_created",
  "records_updated",
  "records_failed",
  "error",
  "dry_run",
  "wrapper",
] as const;

export type Wanted = (typeof WANTED)[number];

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
  /** Enough to offer the table unasked. */
  isOfRuns: boolean;
  /** At least one thing that a run has. */
  isKnown: boolean;
  /** The greater, the more it looks like a table of runs. */
  rank: number;
};

/** A key of the objects that a column holds. */
export type JsonKey = { column: string; key: string };

/** `sparse`: the column of the start, where one of the first rows has an end alone. */
type ReadableTable = { name: string; columns: string[]; types?: ColumnTypes; keys?: JsonKey[]; sparse?: string[] };

/** Each word of a pattern is one of several; what else a name may hold is in `beside`. The first pattern that fits is the likeliest. */
type Likely = {
  patterns: string[];
  beside: string;
  /** Fits no more than a column of another meaning does. */
  weak?: string[];
};

// German, French, Spanish and Portuguese have a few of the commonest words, without their accents.
const TIME = "at time date on ts utc gmt dttm datetime timestamp dt ms epoch zeit datum heure fecha hora";
const RUN = "run job sync task execution exec execute process flow pipeline import export batch load actual real";
const UNITS =
  "records|record|rows|row|items|item|objects|entities|documents|docs|messages|datensaetze|datensatze|saetze|satze|zeilen|enregistrements|lignes|registros|filas|linhas";
const NUMBER = "count num number total no of n anzahl nombre numero cantidad";
const BEGIN =
  "start|started|starting|begin|began|begun|launched|performed|attempted|executed|ran|fired|fire|beginn|anfang|gestartet|debut|inicio";
const FINISH =
  "finish|finished|finalized|end|ended|ending|complete|completed|completion|done|stop|stopped|terminated|ende|beendet|fin|fim";
const STEP =
  "job|package|task|pipeline|flow|workflow|dag|automation|sync|schedule|process|procedure|command|trigger|step";
const THING = "entity|object|model|resource|stream|table|record";

const LIKELY: Record<Wanted, Likely> = {
  id: {
    patterns: [
      "id",
      "run id",
      "execution|sync|log|history|instance|entry|attempt|invocation|action|task id",
      "uuid|guid|pk",
      "job id",
      "job execution|run id",
    ],
    beside: "",
  },
  crm_source: {
    patterns: [
      "crm",
      "source|integration|system|provider|tenant",
      "crm|source|integration|system|provider|tenant name|key|code|slug|type",
      "connector|platform|vendor",
      "quelle|fuente|origen|origem|fonte",
    ],
    beside: "source system",
  },
  rule: {
    patterns: [
      "rule",
      "sync type",
      "automation",
      "job name|class|type",
      "task|package|pipeline|flow|workflow|automation|sync|schedule|process|procedure|trigger|step name|identifier|path|class|type",
      "method|function name",
      "dag id",
      "job|task|pipeline|flow|workflow|sync",
      "unique id",
      `${THING} type|name|class`,
      "connector|connection|deployment|report|script|worker|handler|actor name|path|class|type",
      "entity|object|model|resource|stream|command|procedure|class",
      "regel|ablauf|aufgabe|auftrag|prozess|regle|tache|regla|tarea|proceso|regra|tarefa|processo",
      "func|function",
      "name|title",
      "type|kind",
      "worker",
      "proc def key",
      "scope|operation|action|queue|script|endpoint",
    ],
    beside: "name run",
    weak: [`${STEP}|connection|connector|deployment id|uuid|key`, "job instance id"],
  },
  status: {
    patterns: [
      "status",
      "state",
      "outcome|result",
      "status|state name|type|text",
      "zustand|ergebnis|etat|statut|estado|resultado",
    ],
    beside: `${RUN} final last exit`,
  },
  started_at: {
    patterns: [BEGIN, "run at|date|time|on|timestamp"],
    beside: `${TIME} ${RUN} compile log`,
    weak: [
      "created|create|creation|inserted|queued|enqueued|submitted|generated|logged|recorded",
      "timestamp|datetime|date|time",
    ],
  },
  finished_at: { patterns: [FINISH], beside: `${TIME} ${RUN} query` },
  records_processed: {
    patterns: [
      `${UNITS}|count processed`,
      "processed",
      `total ${UNITS}`,
      `${UNITS} read|synced|extracted|fetched|loaded|imported|affected|emitted|written|seen|ingested|in|out|copied|transferred`,
      `${UNITS}|rowcount`,
      "processed|synced|fetched|imported count|number|total|num|no",
      "count",
    ],
    beside: `${NUMBER} records rows`,
  },
  records_created: {
    patterns: [
      `${UNITS} created|inserted|added|new`,
      "created|inserted|added|new count|number|total|num|no",
      "inserted|added",
    ],
    beside: NUMBER,
  },
  records_updated: {
    patterns: [
      `${UNITS} updated|changed|modified|upserted`,
      "updated|changed|modified|upserted count|number|total|num|no",
    ],
    beside: NUMBER,
  },
  records_failed: {
    patterns: [
      `${UNITS} failed|errored|rejected|invalid|error|errors`,
      "failed|failure|failures|error|errors|rejected count|number|total|num|no",
      "failed|failures",
    ],
    beside: NUMBER,
  },
  error: {
    patterns: [
      "error|errors|exception|traceback|stacktrace|backtrace|err",
      "error|errors|exception|exc|failure|err message|text|detail|details|log|info|msg|reason|summary|description|output|trace|stack",
      "fehler|fehlermeldung|fehlertext|erreur|erro",
      "message|msg|meldung|mensaje|mensagem",
      "return|result|status|exit message",
      "reason|details|output",
      "extended status",
    ],
    beside: `${RUN} last message mensaje mensagem`,
  },
  dry_run: { patterns: ["dry run", "dryrun|rehearsal|simulated|simulation"], beside: "is was run mode" },
  wrapper: { patterns: ["wrapper"], beside: "is" },
};

const SUCCESS: Likely = { patterns: ["success|succeeded|successful|ok|passed"], beside: `is was ${RUN}` };
/** Of the patterns of an error, those that no run without a failure fills. */
const FAILURES = LIKELY.error.patterns.slice(0, 3);
const FAILED_AT: Likely = {
  patterns: [
    "failed|failure|errored|error|discarded|cancelled|canceled|aborted|crashed|killed|expired at|on|time|date|ts|timestamp|utc",
  ],
  beside: `${TIME} ${RUN}`,
};
const LOCKED_AT: Likely = { patterns: ["locked|reserved|claimed at|on|time|date|timestamp"], beside: TIME };
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
/** Longer ones are taken apart in too many ways. */
const LONGEST_GLUED = 40;

type Worded = { column: string; words: string[] };

export function findLikelyColumns({
  name,
  columns,
  types: own = {},
  keys = [],
  sparse = [],
}: ReadableTable): LikelyColumns {
  const written = new Map(keys.map((one) => [`${one.column}.${one.key}`, one]));
  const types: ColumnTypes = { ...own, ...Object.fromEntries([...written.keys()].map((column) => [column, "text"])) };
  const worded = [
    ...columns.map((column) => ({ column, words: splitName(column) })),
    ...[...written].map(([column, { key }]) => ({ column, words: splitName(key) })),
  ];
  const found: LikelyColumns["columns"] = {};
  const seek = (wanted: Wanted, patterns: string[], { beside }: Likely = LIKELY[wanted]): string | null => {
    const taken = Object.values(found).flat();
    const free = worded.filter(({ column }) => !taken.includes(column) && isReadable(column, wanted, types));
    if (wanted === "rule") return seekColumn(free, patterns, beside);
    // A column of its own says it better than a key of JSON does, and a text what went wrong; of a rule the more telling name counts.
    const isCount = ({ column }: Worded) => wanted === "error" && NUMBER_TYPE.test(types[column] ?? "");
    const [whole, keyed] = [
      free.filter((one) => !written.has(one.column)),
      free.filter((one) => written.has(one.column)),
    ];
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
  const hasOutcome = found.status !== undefined || success !== null || failure !== null || failedAt.length > 0;
  const hasMore = hasTime || found.error !== undefined || found.records_processed !== undefined;
  const lockedAt = found.finished_at === undefined ? seekColumn(free, LOCKED_AT.patterns, LOCKED_AT.beside) : null;
  const isSilent = found.status === undefined && success === null;
  const isOfFailures = isSilent && namesFailures(splitName(name));
  return {
    columns: found,
    success,
    failure,
    failedAt,
    createdAt,
    successAt: isOfAttempts && failedAt.length > 0 ? (found.finished_at?.[0] ?? null) : null,
    lockedAt,
    digits: [timeOfDay, found.finished_at?.[1]].filter(
      (column) => column !== undefined && NUMBER_TYPE.test(types[column] ?? ""),
    ) as string[],
    keys: written,
    others: free.map(({ column }) => column).filter((column) => ![...failedAt, lockedAt].includes(column)),
    isOfRuns: found.rule !== undefined && found.started_at !== undefined && hasOutcome && hasMore && !isOfFailures,
    isKnown: isRuleSure || hasTime || found.status !== undefined,
    rank: (hasTime ? 1000 : 0) + (isRuleSure ? WORTH_OF_RULE : 0) + 2 * sure + rankName(splitName(name)),
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
