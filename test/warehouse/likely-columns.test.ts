/** Which columns of the tables that schedulers and sync tools keep are taken for what; expected by hand. */
import { describe, expect, test } from "bun:test";
import { findLikelyColumns } from "../../src/warehouse/likely-columns.ts";

const TABLES: { name: string; columns: string; is: Record<string, string> }[] = [
  {
    name: "django_celery_results_taskresult",
    columns:
      "id task_id status content_type content_encoding result date_done traceback meta task_args task_name worker date_created periodic_task_name date_started",
    is: {
      rule: "task_name",
      status: "status",
      started_at: "date_started",
      finished_at: "date_done",
      error: "traceback",
    },
  },
  {
    name: "celery_taskmeta, whose runs have an end alone",
    columns: "id task_id status result date_done traceback name args kwargs worker retries queue",
    is: { rule: "name", status: "status", started_at: "date_done", error: "traceback" },
  },
  {
    name: "django_tasks_database_dbtaskresult",
    columns:
      "id status enqueued_at started_at finished_at args_kwargs priority task_path queue_name backend_name run_after return_value exception_class_path traceback",
    is: {
      rule: "task_path",
      status: "status",
      started_at: "started_at",
      finished_at: "finished_at",
      error: "traceback",
    },
  },
  {
    name: "Camunda's act_hi_procinst",
    columns: "id_ proc_inst_id_ business_key_ proc_def_key_ proc_def_id_ start_time_ end_time_ duration_ state_",
    is: { id: "id_", rule: "proc_def_key_", status: "state_", started_at: "start_time_", finished_at: "end_time_" },
  },
  {
    name: "a history of Quartz, with how long a job ran",
    columns: "sched_name job_name job_group fire_time job_run_time refire_count result exception_message",
    is: { rule: "job_name", status: "result", started_at: "fire_time", error: "exception_message" },
  },
  {
    name: "the jobs of Elastic's connectors",
    columns: "_id connector_id status startedAt completedAt docsProcessed docsFailed errorText",
    is: {
      id: "_id",
      rule: "connector_id",
      status: "status",
      started_at: "startedAt",
      finished_at: "completedAt",
      records_processed: "docsProcessed",
      records_failed: "docsFailed",
      error: "errorText",
    },
  },
  {
    name: "fivetran_log.sync",
    columns: "sync_id connector_id connector_name sync_start sync_end status reason",
    is: {
      id: "sync_id",
      rule: "connector_name",
      status: "status",
      started_at: "sync_start",
      finished_at: "sync_end",
      error: "reason",
    },
  },
  {
    name: "integrations_synchistory",
    columns:
      "id integration object_type state start finish records_total created_count updated_count error_count error_log triggered_by dry_run",
    is: {
      crm_source: "integration",
      rule: "object_type",
      status: "state",
      started_at: "start",
      finished_at: "finish",
      records_processed: "records_total",
      records_created: "created_count",
      records_updated: "updated_count",
      records_failed: "error_count",
      error: "error_log",
      dry_run: "dry_run",
    },
  },
  {
    name: "oban_jobs",
    columns:
      "id state queue worker args meta tags errors attempt attempted_by max_attempts priority inserted_at scheduled_at attempted_at completed_at discarded_at cancelled_at",
    is: {
      rule: "worker",
      status: "state",
      started_at: "attempted_at",
      finished_at: "completed_at",
      error: "errors",
    },
  },
  {
    name: "django_q_task",
    columns: "id name func hook args kwargs result group started stopped success attempt_count",
    is: { rule: "func", started_at: "started", finished_at: "stopped" },
  },
  {
    name: "good_jobs",
    columns:
      "id queue_name priority scheduled_at performed_at finished_at error created_at updated_at job_class error_event",
    is: { rule: "job_class", started_at: "performed_at", finished_at: "finished_at", error: "error" },
  },
  {
    name: "dbt_run_results",
    columns:
      "invocation_id unique_id status thread_id execution_time compile_started_at compile_completed_at query_completed_at message failures rows_affected resource_type generated_at",
    is: {
      id: "invocation_id",
      rule: "unique_id",
      status: "status",
      started_at: "compile_started_at",
      finished_at: "query_completed_at",
      records_processed: "rows_affected",
      records_failed: "failures",
      error: "message",
    },
  },
  {
    name: "import_runs",
    columns:
      "id type source status started_at completed_at total_rows imported_rows failed_rows error_details is_dry_run parent_id created_at",
    is: {
      crm_source: "source",
      rule: "type",
      status: "status",
      started_at: "started_at",
      finished_at: "completed_at",
      records_processed: "total_rows",
      records_failed: "failed_rows",
      error: "error_details",
      dry_run: "is_dry_run",
    },
  },
  {
    name: "dag_run",
    columns:
      "id dag_id queued_at execution_date start_date end_date state run_id data_interval_start data_interval_end run_type",
    is: { rule: "dag_id", status: "state", started_at: "start_date", finished_at: "end_date" },
  },
  {
    name: "dagster's runs",
    columns: "id run_id pipeline_name mode status run_body create_timestamp update_timestamp start_time end_time",
    is: { rule: "pipeline_name", status: "status", started_at: "start_time", finished_at: "end_time" },
  },
  {
    name: "prefect's flow_run",
    columns: "id created updated name state_type expected_start_time start_time end_time flow_id",
    is: { rule: "name", status: "state_type", started_at: "start_time", finished_at: "end_time" },
  },
  {
    name: "meltano's runs",
    columns: "id job_name run_id state started_at last_heartbeat_at ended_at payload trigger",
    is: { rule: "job_name", status: "state", started_at: "started_at", finished_at: "ended_at" },
  },
  {
    name: "cron.job_run_details",
    columns: "jobid runid job_pid database username command status return_message start_time end_time",
    is: {
      id: "runid",
      rule: "command",
      status: "status",
      started_at: "start_time",
      finished_at: "end_time",
      error: "return_message",
    },
  },
  {
    name: "sysjobhistory",
    columns:
      "instance_id job_id step_id step_name sql_message_id message run_status run_date run_time run_duration server",
    is: {
      id: "instance_id",
      rule: "step_name",
      status: "run_status",
      started_at: "run_date run_time",
      error: "message",
    },
  },
  {
    name: "qrtz_fired_triggers",
    columns: "sched_name entry_id trigger_name instance_name fired_time sched_time priority state job_name job_group",
    is: { id: "entry_id", rule: "job_name", status: "state", started_at: "fired_time" },
  },
  {
    name: "django_apscheduler_djangojobexecution",
    columns: "id status run_time duration finished exception traceback job_id",
    is: { rule: "job_id", status: "status", started_at: "run_time", finished_at: "finished", error: "exception" },
  },
  {
    name: "delayed_jobs",
    columns: "id priority attempts handler last_error run_at locked_at failed_at queue created_at",
    is: { rule: "queue", started_at: "run_at", error: "last_error" },
  },
  {
    name: "stitch_loads",
    columns: "source_name table_name rows_loaded load_started_at load_completed_at load_state",
    is: {
      crm_source: "source_name",
      rule: "table_name",
      status: "load_state",
      started_at: "load_started_at",
      finished_at: "load_completed_at",
      records_processed: "rows_loaded",
    },
  },
  {
    name: "capitals",
    columns: "Id EntityName SyncStatus StartedAt CompletedAt RecordsProcessed ErrorMessage IsDryRun",
    is: {
      id: "Id",
      rule: "EntityName",
      status: "SyncStatus",
      started_at: "StartedAt",
      finished_at: "CompletedAt",
      records_processed: "RecordsProcessed",
      error: "ErrorMessage",
      dry_run: "IsDryRun",
    },
  },
  {
    name: "neither capitals nor underscores",
    columns: "jobname starttime endtime exitstatus rowcount",
    is: {
      rule: "jobname",
      status: "exitstatus",
      started_at: "starttime",
      finished_at: "endtime",
      records_processed: "rowcount",
    },
  },
  {
    name: "one integration after the other, and nothing else that names a run",
    columns: "id integration status started_at",
    is: { rule: "integration", status: "status", started_at: "started_at" },
  },
];

TABLES.push(
  {
    name: "traitements",
    columns: "id tâche étât date_début date_fin nombre_lignes erreur",
    is: {
      rule: "tâche",
      status: "étât",
      started_at: "date_début",
      finished_at: "date_fin",
      records_processed: "nombre_lignes",
      error: "erreur",
    },
  },
  {
    name: "ejecuciones",
    columns: "id origen proceso estado fecha_inicio fecha_fin registros mensaje_error",
    is: {
      crm_source: "origen",
      rule: "proceso",
      status: "estado",
      started_at: "fecha_inicio",
      finished_at: "fecha_fin",
      records_processed: "registros",
      error: "mensaje_error",
    },
  },
);

const listFound = (name: string, columns: string[]) =>
  Object.entries(findLikelyColumns({ name, columns }).columns).map(([wanted, own]) => [wanted, own.join(" ")]);

test.each(TABLES)("$name", ({ name, columns, is }) => {
  const names = columns.split(" ");
  const id = is["id"] === undefined && names.includes("id") ? { id: "id" } : {};
  expect(Object.fromEntries(listFound(name, names))).toEqual({ ...id, ...is });
  expect(findLikelyColumns({ name, columns: names }).isOfRuns).toBe(true);
});

describe("no table of runs", () => {
  test.each([
    ["customers", "id name status created_at updated_at"],
    ["connection", "id namespace_definition source_id name status schedule manual schedule_type created_at updated_at"],
    ["django_celery_beat_periodictask", "id name task enabled last_run_at start_time priority one_off"],
    ["apscheduler_jobs", "id next_run_time job_state"],
    ["solid_queue_failed_executions", "id job_id error created_at"],
    ["hangfire.job", "id stateid statename invocationdata arguments createdat expireat"],
  ])("%s", (name, columns) => {
    expect(findLikelyColumns({ name, columns: columns.split(" ") }).isOfRuns).toBe(false);
  });
});

test("a column that cannot be read as what its name says is passed over", () => {
  const types = {
    id: "bigint",
    job: "text",
    status: "text",
    start_date: "date",
    started: "timestamp with time zone",
    error: "bytea",
  };
  const { columns } = findLikelyColumns({ name: "job_runs", columns: Object.keys(types), types });
  expect([columns.started_at, columns.error]).toEqual([["started"], undefined]);
});

test("a text is what went wrong before a number of errors is", () => {
  const types = { entity: "text", status: "text", started: "text", errors: "integer", last_error: "text" };
  expect(findLikelyColumns({ name: "t", columns: Object.keys(types), types }).columns.error).toEqual(["last_error"]);
  expect(findLikelyColumns({ name: "t", columns: ["job", "errors"], types }).columns.error).toEqual(["errors"]);
});

test("a name that could be taken apart in very many ways takes no time", () => {
  const names = Array.from({ length: 500 }, (_, index) => `${"datetime".repeat(200)}x${index}`);
  const began = performance.now();
  findLikelyColumns({ name: "t", columns: names });
  expect(performance.now() - began).toBeLessThan(2000);
});

test.each<{ columns: string; failedAt: string[] }>([
  { columns: "job_class performed_at completed_at failed_at", failedAt: ["failed_at"] },
  { columns: "job started errorDate CanceledOn failed_rows error error_count", failedAt: ["errorDate", "CanceledOn"] },
  { columns: "job state started_at finished_at failed_count", failedAt: [] },
])("times that only a failed run has, of $columns", ({ columns, failedAt }) => {
  expect(findLikelyColumns({ name: "t", columns: columns.split(" ") }).failedAt).toEqual(failedAt);
});

test("a time of a failure that is of another type than the end is no end", () => {
  const types = { job: "text", started_at: "text", finished_at: "text", failed_at: "timestamp with time zone" };
  expect(findLikelyColumns({ name: "t", columns: Object.keys(types), types }).failedAt).toEqual([]);
});

test("a length of time stands for the end that its table does not have", () => {
  const types = { jlgid: "integer", jlgjobid: "integer", jlgstatus: "text", jlgstart: "text", jlgduration: "interval" };
  const duration = (change: Record<string, string>) => {
    const all = { ...types, ...change };
    return findLikelyColumns({ name: "t", columns: Object.keys(all), types: all }).duration;
  };
  expect([duration({}), duration({ jlgend: "text" }), duration({ jlgduration: "integer" })]).toEqual([
    "jlgduration",
    null,
    null,
  ]);
});
