/** The words that programs call the columns of their runs by. */

export const WANTED = [
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

/** Each word of a pattern is one of several; what else a name may hold is in `beside`. The first pattern that fits is the likeliest. */
export type Likely = {
  patterns: string[];
  beside: string;
  /** Fits no more than a column of another meaning does. */
  weak?: string[];
};

// German, French, Spanish and Portuguese have a few of the commonest words, without their accents.
const TIME = "at time date on ts utc gmt dttm datetime timestamp stamp dt ms epoch zeit datum heure fecha hora";
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

export const LIKELY: Record<Wanted, Likely> = {
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
    weak: [`${STEP}|connection|connector|deployment id|uuid|key`, "job instance id", "schema|dataset name"],
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

export const SUCCESS: Likely = { patterns: ["success|succeeded|successful|ok|passed"], beside: `is was ${RUN}` };
/** Of the patterns of an error, those that no run without a failure fills. */
export const FAILURES = LIKELY.error.patterns.slice(0, 3);
export const FAILED_AT: Likely = {
  patterns: [
    "failed|failure|errored|error|discarded|cancelled|canceled|aborted|crashed|killed|expired at|on|time|date|ts|timestamp|utc",
  ],
  beside: `${TIME} ${RUN}`,
};
/** Of a type that holds a length of time, which its table has in the place of an end. */
export const DURATION: Likely = { patterns: ["duration|elapsed|runtime"], beside: RUN };
/** When a worker took a job. */
export const LOCKED_AT: Likely = { patterns: ["locked|reserved|claimed at|on|time|date|timestamp"], beside: TIME };
