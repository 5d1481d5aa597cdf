/** The state as gauges: CRMs, schedules, store, process. */
import { Counter, Registry, type Gauge } from "prom-client";
import { createGauges, gaugeMaker, PREFIX, setCauses, setReport, setRules, setVerdict } from "../render/gauges.ts";
import { judgeKeptSlots } from "../schedule/judge-kept.ts";
import { SCHEDULE_STATUSES } from "../schedule/judge.ts";
import { nextSlots } from "../schedule/slots.ts";
import type { Finding } from "../report/document/schema.ts";
import { type Condition, rankSeverity } from "../report/words.ts";
import { judgeCrm } from "./api/documents/crms.ts";
import { loadCauses } from "./causes.ts";
import type { ServeContext } from "./context.ts";
import { stateOf, type CrmState } from "./state.ts";

/** Where a figure is not known, its series is there all the same. */
const UNKNOWN = Number.NaN;

/** In Prometheus' text format, with its media type. */
export async function writeMetrics(context: ServeContext): Promise<{ text: string; type: string }> {
  const registry = new Registry();
  const states = await stateOf(context).crms();
  setCrms(registry, states, await loadCauses(states, context.store, context.clock()));
  await setSchedules(registry, context);
  await setServer(registry, context);
  const most = context.config().serve.ruleSeries;
  if (most > 0) setRules(registry, (await listRules(states, context)).slice(0, most));
  return { text: await registry.metrics(), type: registry.contentType };
}

function setCrms(registry: Registry, states: CrmState[], causes: Finding[]): void {
  const gauges = createGauges(registry);
  const make = gaugeMaker(registry);
  const ends = make(`${PREFIX}_report_window_end_timestamp_seconds`, "Up to when the newest report tells", ["crm"]);
  const stale = make(
    `${PREFIX}_report_stale`,
    "1 where no report is as new as the schedules over the CRM want it, or as a day without one",
    ["crm"],
  );
  for (const state of states) {
    const { name: crm, newest, failure, seconds } = state;
    const { verdict, stand } = judgeCrm(state);
    gauges.up.set({ crm }, newest !== null && failure === null ? 1 : 0);
    setVerdict(gauges, crm, verdict);
    gauges.seconds.set({ crm }, seconds ?? UNKNOWN);
    setReport(gauges, crm, newest?.digest ?? null, UNKNOWN);
    setCauses(gauges, crm, causes);
    ends.set({ crm }, newest === null ? UNKNOWN : newest.digest.windowEndMs / 1000);
    stale.set({ crm }, stand === "stale" || stand === "none" ? 1 : 0);
  }
}

async function setSchedules(registry: Registry, { config, store, clock }: ServeContext): Promise<void> {
  const make = gaugeMaker(registry);
  const last = make(`${PREFIX}_schedule_last_run_timestamp_seconds`, "When the newest slot that ran was begun", [
    "schedule",
  ]);
  const status = make(`${PREFIX}_schedule_status`, "1 for how the schedule does its work, 0 for the others", [
    "schedule",
    "status",
  ]);
  const lateness = make(
    `${PREFIX}_schedule_lateness_seconds`,
    "How long after its time the newest slot was begun; while one is late, how long it has been due",
    ["schedule"],
  );
  const next = make(`${PREFIX}_schedule_next_slot_timestamp_seconds`, "When the next slot is due", ["schedule"]);
  for (const one of config().schedules) {
    const { name: schedule } = one;
    const nowMs = clock();
    const judgement = await judgeKeptSlots(one, store, nowMs, "scheduler");
    const [run] = await store.slots.list({
      schedules: [schedule],
      untilMs: nowMs + 1,
      states: ["running", "made", "failed", "interrupted"],
      limit: 1,
    });
    const beganMs = run?.claimedMs ?? null;
    last.set({ schedule }, beganMs === null ? UNKNOWN : beganMs / 1000);
    for (const word of SCHEDULE_STATUSES) status.set({ schedule, status: word }, judgement.status === word ? 1 : 0);
    const dueMs = judgement.status === "late" && judgement.slotMs !== null ? nowMs - judgement.slotMs : null;
    const lateMs = dueMs ?? (run === undefined || beganMs === null ? null : Math.max(0, beganMs - run.slotMs));
    lateness.set({ schedule }, lateMs === null ? UNKNOWN : lateMs / 1000);
    const [nextMs] = nextSlots(one, nowMs, 1);
    next.set({ schedule }, nextMs === undefined ? UNKNOWN : nextMs / 1000);
  }
}

async function setServer(registry: Registry, { store, version, events, scheduler }: ServeContext): Promise<void> {
  const make = gaugeMaker(registry);
  const set = (gauge: Gauge, value: number) => gauge.set(value);
  make(`${PREFIX}_build_info`, "1, with the version that answers", ["version"]).set({ version }, 1);
  set(make(`${PREFIX}_store_size_bytes`, "How much room the store's tables and indexes take", []), await store.size());
  set(make(`${PREFIX}_store_reports`, "How many reports are kept", []), await store.reports.count({}));
  set(make(`${PREFIX}_event_stream_clients`, "How many pages follow what happens", []), events.count());
  const beatMs = scheduler().lastBeatMs;
  set(
    make(`${PREFIX}_scheduler_last_beat_timestamp_seconds`, "When the scheduler last looked for slots", []),
    beatMs === null ? UNKNOWN : beatMs / 1000,
  );
  set(
    make("process_start_time_seconds", "When the process began, seconds since the epoch", []),
    performance.timeOrigin / 1000,
  );
  set(make("process_resident_memory_bytes", "Resident memory", []), process.memoryUsage.rss());
  const { user, system } = process.cpuUsage();
  const cpu = { name: "process_cpu_seconds_total", help: "Processor time used since the process began" };
  new Counter({ ...cpu, registers: [registry] }).inc((user + system) / 1e6);
}

type RuleSeries = { crm: string; rule: string; condition: Condition; rank: number };

/** Of each newest report, read once. */
const rulesOf = new WeakMap<ServeContext, Map<string, RuleSeries[]>>();

/** Of the newest reports, the most severe first. */
async function listRules(states: CrmState[], context: ServeContext): Promise<RuleSeries[]> {
  const before = rulesOf.get(context) ?? new Map<string, RuleSeries[]>();
  const now = new Map<string, RuleSeries[]>();
  for (const { name: crm, newest } of states) {
    if (newest === null) continue;
    now.set(newest.id, before.get(newest.id) ?? (await readRules(crm, newest.id, context)));
  }
  rulesOf.set(context, now);
  return [...now.values()].flat().toSorted((a, b) => b.rank - a.rank);
}

async function readRules(crm: string, id: string, { store }: ServeContext): Promise<RuleSeries[]> {
  const read = await store.reports.read(id);
  if (read.status !== "read") return [];
  return read.report.rules.map(({ rule_name: rule, condition, severity }) => ({
    crm,
    rule,
    condition,
    rank: rankSeverity(severity),
  }));
}
