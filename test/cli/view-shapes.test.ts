/** Tables that schedulers and frameworks keep: the view that `check` writes is run, and what a report then says of the rows. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckDocument } from "../../src/check/schema.ts";
import type { Report } from "../../src/report/document/schema.ts";
import { ENGINES, type CaseEngine } from "../making/cases.ts";
import { directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import { makeTables } from "../making/own-tables.ts";
import { reportsIn } from "../making/passes.ts";

/** Minutes ago, as both engines read it. */
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const quoted = (minutes: number) => `'${ago(minutes)}'`;

const [DAY = "", TIME_OF_DAY = ""] = ago(9).slice(0, 19).split("T");

/** Of a shop, which has a status, a start, an end and more. */
const ORDERS = `CREATE TABLE orders (id int, source text, type text, status text, started_at {time}, completed_at {time}, total_items int,
        error_message text, created_at {time});`;

/** `{time}` is the engine's type of a time. */
type Shape = {
  name: string;
  table: string;
  sql: string;
  settings?: string;
  says?: string[];
  /** What the operator adds to the settings. */
  adds?: string;
  counts: Partial<Report["performance_metrics"]>;
  rules?: string[];
  /** Of rows that contradict themselves. */
  kinds?: Report["data_quality"][number]["id"][];
};

const SHAPES: Shape[] = [
  {
    name: "Celery's results",
    table: "django_celery_results_taskresult",
    sql: `CREATE TABLE django_celery_results_taskresult (id int, task_name text, status text, result text, date_created {time},
        date_started {time}, date_done {time}, traceback text);
      INSERT INTO django_celery_results_taskresult VALUES (1, 'a', 'SUCCESS', '{}', ${quoted(9)}, ${quoted(8)}, ${quoted(7)}, NULL),
        (2, 'a', 'FAILURE', '{}', ${quoted(6)}, ${quoted(5)}, ${quoted(4)}, 'ValueError: x')`,
    counts: { total_actions: 2, failed_actions: 1 },
  },
  {
    name: "Celery's results without track_started: when a run was made stands for its start, and what goes on has no end",
    table: "django_celery_results_taskresult",
    sql: `CREATE TABLE django_celery_results_taskresult (id int, task_name text, status text, date_created {time} NOT NULL, date_started {time},
        date_done {time} NOT NULL, traceback text);
      INSERT INTO django_celery_results_taskresult VALUES (1, 'a', 'SUCCESS', ${quoted(9)}, NULL, ${quoted(9)}, NULL),
        (2, 'a', 'FAILURE', ${quoted(5)}, NULL, ${quoted(5)}, 'ValueError: x'), (3, 'a', 'STARTED', ${quoted(3)}, ${quoted(2)}, ${quoted(2)}, NULL)`,
    says: ["coalesce(date_started, CASE WHEN date_done IS NOT NULL THEN date_created END) AS started_at"],
    counts: { total_actions: 2, failed_actions: 1, running_actions: 1 },
    kinds: [],
  },
  {
    name: "GoodJob with a job that is scheduled for another day: it is no run yet, and one that was dropped is",
    table: "good_jobs",
    sql: `CREATE TABLE good_jobs (id int, job_class text, performed_at {time}, finished_at {time}, error text, created_at {time});
      INSERT INTO good_jobs VALUES (1, 'A', NULL, NULL, NULL, ${quoted(9)}), (2, 'A', ${quoted(1)}, NULL, NULL, ${quoted(2)}),
        (3, 'A', NULL, ${quoted(3)}, 'discarded', ${quoted(4)})`,
    says: ["coalesce(performed_at, CASE WHEN finished_at IS NOT NULL THEN created_at END) AS started_at"],
    counts: { total_actions: 1, failed_actions: 1, running_actions: 1, pending_actions: 0 },
    kinds: [],
  },
  {
    name: "GoodJob, which has no status: by its errors and ends",
    table: "good_jobs",
    sql: `${ORDERS} CREATE TABLE good_jobs (id int, job_class text, performed_at {time}, finished_at {time}, error text, created_at {time});
      INSERT INTO good_jobs VALUES (1, 'A', ${quoted(9)}, ${quoted(8)}, NULL, ${quoted(10)}),
        (2, 'A', ${quoted(7)}, ${quoted(6)}, 'StandardError: x', ${quoted(8)}), (3, 'A', ${quoted(1)}, NULL, NULL, ${quoted(2)}),
        (4, 'A', NULL, NULL, NULL, ${quoted(1)})`,
    says: ["WHEN CAST(error AS text) NOT IN", "WHEN finished_at IS NULL THEN 'running'"],
    counts: { total_actions: 2, failed_actions: 1, running_actions: 1 },
  },
  {
    name: "Laravel's imports: rehearsals are told apart, and failures have their error",
    table: "import_runs",
    sql: `CREATE TABLE import_runs (id int, type text, status text, started_at {time}, completed_at {time}, total_rows int,
        failed_rows int, error_details text, is_dry_run boolean);
      INSERT INTO import_runs VALUES (1, 'a', 'ok', ${quoted(9)}, ${quoted(8)}, 5, 0, NULL, true),
        (2, 'a', 'failed', ${quoted(7)}, ${quoted(6)}, 5, 1, 'x', false)`,
    says: ["is_dry_run AS dry_run", "failed_rows AS records_failed", "error_details AS error"],
    counts: { total_actions: 1, failed_actions: 1, dry_run_actions: 1 },
  },
  {
    name: "a flag of success",
    table: "etl_audit",
    sql: `CREATE TABLE etl_audit (id int, process_name text, success boolean, begin_ts {time}, end_ts {time}, err_msg text);
      INSERT INTO etl_audit VALUES (1, 'a', true, ${quoted(9)}, ${quoted(8)}, NULL), (2, 'a', false, ${quoted(7)}, ${quoted(6)}, 'x'),
        (3, 'a', NULL, ${quoted(2)}, NULL, NULL)`,
    counts: { total_actions: 2, failed_actions: 1, running_actions: 1 },
  },
  {
    name: "a flag of success, beside what each run has to say",
    table: "sync_log",
    sql: `CREATE TABLE sync_log (id int, job_name text, run_at {time}, duration_ms int, success boolean, message text);
      INSERT INTO sync_log VALUES (1, 'a', ${quoted(9)}, 60000, true, 'all good'), (2, 'a', ${quoted(7)}, 60000, false, 'x')`,
    says: ["THEN NULL ELSE message END AS error", "-- its other columns: duration_ms"],
    counts: { total_actions: 2, failed_actions: 1 },
  },
  {
    name: "Airbyte: the jobs, and not the connections with their creation alone",
    table: "jobs",
    sql: `CREATE TABLE connection (id int, name text, status text, schedule text, created_at {time}, updated_at {time});
      CREATE TABLE attempts (id int, job_id int, status text, created_at {time}, updated_at {time}, ended_at {time}, failure_summary text);
      CREATE TABLE jobs (id int, config_type text, scope text, status text, started_at {time}, created_at {time}, updated_at {time});
      INSERT INTO jobs VALUES (1, 'sync', 'c1', 'succeeded', ${quoted(9)}, ${quoted(9)}, ${quoted(8)})`,
    says: ["run.scope) AS rule", "-- found no column for finished_at"],
    counts: { total_actions: 1, failed_actions: 0 },
  },
  {
    name: "SSIS: a package is the rule, and the configuration has to say what its numbers mean",
    table: "executions",
    sql: `CREATE TABLE executions (execution_id int, folder_name text, project_name text, package_name text, status int, start_time {time}, end_time {time});
      INSERT INTO executions VALUES (1, 'f', 'p', 'Load.dtsx', 7, ${quoted(9)}, ${quoted(8)}), (2, 'f', 'p', 'Load.dtsx', 4, ${quoted(7)}, ${quoted(6)}),
        (3, 'f', 'p', 'Load.dtsx', 2, ${quoted(5)}, NULL)`,
    says: ["package_name AS rule", "status,"],
    counts: { unknown_status_actions: 3 },
  },
  {
    name: "dbt: a model runs from the beginning of its execution to the end of it",
    table: "dbt_run_results",
    sql: `CREATE TABLE dbt_run_results (model_execution_id text, unique_id text, name text, message text, status text, execute_started_at {time},
        execute_completed_at {time}, compile_started_at {time}, compile_completed_at {time}, rows_affected int);
      INSERT INTO dbt_run_results VALUES ('1', 'model.a', 'a', NULL, 'success', ${quoted(9)}, ${quoted(8)}, NULL, NULL, 5),
        ('2', 'model.a', 'a', 'x', 'error', ${quoted(7)}, ${quoted(6)}, NULL, NULL, 5)`,
    says: ["execute_started_at AS started_at", "execute_completed_at AS finished_at"],
    counts: { total_actions: 2, failed_actions: 1 },
  },
  {
    name: "a log of a script, which dates each of its lines",
    table: "etl_log",
    sql: `CREATE TABLE etl_log (log_id int, job text, log_date {time}, outcome text, rows int, err text);
      INSERT INTO etl_log VALUES (1, 'a', ${quoted(9)}, 'OK', 5, NULL), (2, 'a', ${quoted(7)}, 'ERR', 0, 'x')`,
    says: ["log_date AS started_at"],
    counts: { total_actions: 2, failed_actions: 1 },
  },
  {
    name: "a day and a time of day in two columns",
    table: "job_history",
    sql: `CREATE TABLE job_history (id int, step_name text, run_status text, run_date text, run_time text, message text);
      INSERT INTO job_history VALUES (1, 'a', 'failed', '${DAY}', '${TIME_OF_DAY}', 'x')`,
    says: ["run_date || ' ' || run_time AS started_at", "-- must read as 2026-07-10 21:00:00: run_date and run_time"],
    counts: { total_actions: 1, failed_actions: 1 },
  },
  {
    name: "SQL Server Agent: a day and a time of day as numbers, which lack zeros",
    table: "sysjobhistory",
    sql: `CREATE TABLE sysjobhistory (instance_id int, step_name text, message text, run_status text, run_date int, run_time int, run_duration int);
      INSERT INTO sysjobhistory VALUES (1, 'a', 'done', 'succeeded', ${Number(DAY.replaceAll("-", ""))}, ${Number(TIME_OF_DAY.replaceAll(":", ""))}, 130),
        (2, 'a', 'x', 'failed', 20260710, 500, 20)`,
    says: ["AS started_at", "THEN NULL ELSE message END AS error"],
    counts: { total_actions: 1, failed_actions: 0 },
    kinds: ["finished-without-end"],
  },
  {
    name: "SQL Server Agent: steps of one name are of the job that their key names",
    table: "sysjobhistory",
    sql: `CREATE TABLE sysjobs (job_id int, name text, enabled int);
      CREATE TABLE sysjobhistory (instance_id int, job_id int, step_id int, step_name text, run_status text, run_date text, run_time text);
      INSERT INTO sysjobs VALUES (7, 'Deals', 1), (8, 'Users', 1);
      INSERT INTO sysjobhistory VALUES (1, 7, 0, '(Job outcome)', 'succeeded', '${DAY}', '${TIME_OF_DAY}'),
        (2, 8, 0, '(Job outcome)', 'failed', '${DAY}', '${TIME_OF_DAY}')`,
    says: ["named.job_id = run.job_id) AS rule", "-- each step may have a row"],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["Deals", "Users"],
  },
  {
    name: "Spring Batch: the instance of a job has the job's name",
    table: "batch_job_execution",
    sql: `CREATE TABLE batch_job_instance (job_instance_id int, version int, job_name text, job_key text);
      CREATE TABLE batch_job_execution (job_execution_id int, version int, job_instance_id int, create_time {time}, start_time {time}, end_time {time},
        status text, exit_code text, exit_message text);
      INSERT INTO batch_job_instance VALUES (1, 0, 'deals', 'k1'), (2, 0, 'deals', 'k2');
      INSERT INTO batch_job_execution VALUES (1, 2, 1, ${quoted(9)}, ${quoted(9)}, ${quoted(8)}, 'COMPLETED', 'COMPLETED', ''),
        (2, 2, 2, ${quoted(7)}, ${quoted(7)}, ${quoted(6)}, 'FAILED', 'FAILED', 'x')`,
    says: ["job_execution_id AS id", "= run.job_instance_id) AS rule"],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["deals"],
  },
  {
    name: "Salesforce: a job of Apex is told by the name of its class",
    table: "async_apex_job",
    sql: `CREATE TABLE apex_class (id text, name text, status text, created_date {time});
      CREATE TABLE async_apex_job (id text, created_date {time}, job_type text, apex_class_id text, status text, completed_date {time}, extended_status text);
      INSERT INTO apex_class VALUES ('01p1', 'DealBatch', 'Active', ${quoted(9)}), ('01p2', 'UserBatch', 'Active', ${quoted(9)});
      INSERT INTO async_apex_job VALUES ('1', ${quoted(9)}, 'BatchApex', '01p1', 'Completed', ${quoted(8)}, NULL),
        ('2', ${quoted(7)}, 'BatchApex', '01p2', 'Failed', ${quoted(6)}, 'First error: x')`,
    says: ["= run.apex_class_id) AS rule", "extended_status END AS error"],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["DealBatch", "UserBatch"],
  },
  {
    name: "ActiveJob's logs: a run that failed has its end in a column of its own",
    table: "active_job_logs",
    sql: `CREATE TABLE active_job_logs (id int, job_class text, performed_at {time}, completed_at {time}, failed_at {time}, exception_message text);
      INSERT INTO active_job_logs VALUES (1, 'A', ${quoted(9)}, ${quoted(8)}, NULL, NULL), (2, 'A', ${quoted(7)}, NULL, ${quoted(6)}, NULL),
        (3, 'A', ${quoted(5)}, NULL, ${quoted(4)}, 'x'), (4, 'A', ${quoted(1)}, NULL, NULL, NULL)`,
    says: ["WHEN failed_at IS NOT NULL THEN 'failed'", "coalesce(completed_at, failed_at) AS finished_at"],
    counts: { total_actions: 3, failed_actions: 2, running_actions: 1, successful_actions: 1 },
  },
  {
    name: "a flag of success beside two times of a failure",
    table: "sync_runs",
    sql: `CREATE TABLE sync_runs (id int, sync_name text, ok boolean, started {time}, ended {time}, errored_at {time}, cancelled_on {time});
      INSERT INTO sync_runs VALUES (1, 'a', true, ${quoted(9)}, ${quoted(8)}, NULL, NULL), (2, 'a', NULL, ${quoted(7)}, NULL, ${quoted(6)}, NULL),
        (3, 'a', NULL, ${quoted(5)}, NULL, NULL, ${quoted(4)}), (4, 'a', NULL, ${quoted(1)}, NULL, NULL, NULL)`,
    says: ["coalesce(ended, errored_at, cancelled_on) AS finished_at"],
    counts: { total_actions: 3, failed_actions: 2, running_actions: 1 },
  },
  {
    name: "Delayed Job: a queue, which keeps no job that succeeded",
    table: "delayed_jobs",
    sql: `CREATE TABLE delayed_jobs (id int, priority int, attempts int, handler text, last_error text, run_at {time}, locked_at {time},
        failed_at {time}, queue text, created_at {time});
      INSERT INTO delayed_jobs VALUES (1, 0, 0, 'h', NULL, ${quoted(9)}, NULL, NULL, 'q', ${quoted(9)}),
        (2, 0, 9, 'h', 'x', ${quoted(8)}, NULL, ${quoted(7)}, 'q', ${quoted(9)})`,
    says: ["failed_at AS finished_at", "ELSE 'pending'"],
    counts: { failed_actions: 1, successful_actions: 0 },
  },
  {
    name: "Graphile Worker: of a queue without ends what is locked runs, and what waits has not succeeded",
    table: "jobs",
    sql: `CREATE TABLE jobs (id int, queue_name text, task_identifier text, run_at {time}, attempts int, last_error text, created_at {time},
        locked_at {time}, locked_by text);
      INSERT INTO jobs VALUES (1, NULL, 'a', ${quoted(9)}, 3, 'x', ${quoted(20)}, NULL, NULL), (2, NULL, 'b', ${quoted(8)}, 1, NULL, ${quoted(8)}, ${quoted(8)}, 'w'),
        (3, NULL, 'b', ${quoted(7)}, 0, NULL, ${quoted(7)}, NULL, NULL)`,
    says: ["task_identifier AS rule", "WHEN locked_at IS NOT NULL THEN 'running'"],
    counts: { total_actions: 1, failed_actions: 1, running_actions: 1, pending_actions: 1 },
    rules: ["a", "b"],
  },
  {
    name: "Que: the last error of a job that succeeded after it, and one that expired",
    table: "que_jobs",
    sql: `CREATE TABLE que_jobs (id int, job_class text, run_at {time}, error_count int, last_error_message text, finished_at {time}, expired_at {time});
      INSERT INTO que_jobs VALUES (1, 'A', ${quoted(9)}, 1, 'x', ${quoted(8)}, NULL), (2, 'A', ${quoted(7)}, 15, 'x', NULL, ${quoted(6)}),
        (3, 'A', ${quoted(5)}, 1, 'x', NULL, NULL), (4, 'A', ${quoted(3)}, 0, NULL, NULL, NULL)`,
    says: ["coalesce(finished_at, expired_at) AS finished_at"],
    counts: { total_actions: 3, successful_actions: 1, failed_actions: 2, running_actions: 1 },
    kinds: ["finished-without-end"],
  },
  {
    name: "River: a job of any outcome ends when it is finalized",
    table: "river_job",
    sql: `CREATE TABLE river_job (id int, state text, attempted_at {time}, created_at {time}, finalized_at {time}, kind text, errors text);
      INSERT INTO river_job VALUES (1, 'completed', ${quoted(9)}, ${quoted(9)}, ${quoted(8)}, 'a', NULL),
        (2, 'discarded', ${quoted(7)}, ${quoted(7)}, ${quoted(6)}, 'a', 'x')`,
    says: ["finalized_at AS finished_at"],
    counts: { total_actions: 2, failed_actions: 1 },
  },
  {
    name: "n8n: a flag is no end, and the workflow has the name",
    table: "execution_entity",
    sql: `${ORDERS} CREATE TABLE workflow_entity (id text, name text, active boolean);
      CREATE TABLE execution_entity (id int, finished boolean, mode text, "startedAt" {time}, "stoppedAt" {time}, status text, "workflowId" text);
      INSERT INTO workflow_entity VALUES ('x1', 'Deals', true);
      INSERT INTO execution_entity VALUES (1, true, 'trigger', ${quoted(9)}, ${quoted(8)}, 'success', 'x1'),
        (2, false, 'trigger', ${quoted(7)}, ${quoted(6)}, 'crashed', 'x1')`,
    says: [`"stoppedAt" AS finished_at`],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["Deals"],
  },
  {
    name: "pg-boss: the queue and not its archive, and what a success returns is no error",
    table: "job",
    sql: `CREATE TABLE archive (id int, name text, state text, started_on {time}, completed_on {time}, output jsonb, archived_on {time});
      CREATE TABLE job (id int, name text, state text, started_on {time}, completed_on {time}, output jsonb);
      INSERT INTO job VALUES (1, 'a', 'completed', ${quoted(9)}, ${quoted(8)}, '{"synced": 12}'), (2, 'a', 'failed', ${quoted(7)}, ${quoted(6)}, '{"message": "x"}')`,
    says: ["THEN NULL ELSE output END AS error", "-- older runs may be in ", ": UNION ALL adds them"],
    counts: { total_actions: 2, failed_actions: 1 },
    kinds: [],
  },
  {
    name: "Odoo's queue: the method is the rule, and the message the error",
    table: "queue_job",
    sql: `CREATE TABLE queue_job (id int, model_name text, method_name text, state text, exc_name text, exc_message text, date_created {time},
        date_started {time}, date_done {time});
      INSERT INTO queue_job VALUES (1, 'crm', 'deals', 'done', NULL, NULL, ${quoted(9)}, ${quoted(9)}, ${quoted(8)}),
        (2, 'crm', 'users', 'failed', 'E', 'x', ${quoted(7)}, ${quoted(7)}, ${quoted(6)})`,
    says: ["exc_message AS error"],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["deals", "users"],
  },
  {
    name: "a column that SQL keeps its name for is quoted where it is listed",
    table: "django_q_task",
    sql: `CREATE TABLE django_q_task (id text, func text, "group" text, started {time}, stopped {time}, success boolean);
      INSERT INTO django_q_task VALUES ('1', 'a', 'g', ${quoted(9)}, ${quoted(8)}, true)`,
    says: [`-- its other columns: "group"`],
    counts: { total_actions: 1, failed_actions: 0 },
  },
  {
    name: "two tables: the runs have the key of their job alone, and the job has the name",
    table: "job_runs",
    sql: `CREATE TABLE etl_jobs (id int, name text, cron text);
      CREATE TABLE job_runs (id int, job_id int, status text, started_at {time}, ended_at {time}, rows_in int, payload jsonb);
      INSERT INTO etl_jobs VALUES (1, 'orders', '0 * * * *');
      INSERT INTO job_runs VALUES (1, 1, 'success', ${quoted(9)}, ${quoted(8)}, 5, '{"host": "w1", "records_processed": 9}'),
        (2, 1, 'failed', ${quoted(7)}, ${quoted(6)}, 0, '{"host": "w1", "error": "x"}')`,
    says: ["named.id = run.job_id) AS rule", "rows_in AS records_processed", "payload->>'error' AS error"],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["orders"],
  },
  {
    name: "Prisma: two keys in camel case, one of the CRM; of another CRM's runs nothing is counted",
    table: "SyncRun",
    sql: `CREATE TABLE "Integration" (id int, "displayOrder" int, name text);
      CREATE TABLE "Job" (id int, title text);
      CREATE TABLE "SyncRun" (id int, "integrationId" int, "jobId" int, status text, "startedAt" {time}, "finishedAt" {time});
      INSERT INTO "Integration" VALUES (1, 1, 'hubspot'), (2, 2, 'genius');
      INSERT INTO "Job" VALUES (7, 'deals');
      INSERT INTO "SyncRun" VALUES (1, 1, 7, 'success', ${quoted(9)}, ${quoted(8)}), (2, 1, 7, 'failed', ${quoted(7)}, ${quoted(6)}),
        (3, 2, 7, 'success', ${quoted(9)}, ${quoted(8)})`,
    says: [`= run."integrationId") AS crm_source`, `= run."jobId") AS rule`],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["deals"],
  },
  {
    name: "a table that was named, and holds its runs in JSON",
    table: "events",
    settings: 'preset = "automation"\ntable = "events"',
    sql: `CREATE TABLE events (id int, event_type text, created_at {time}, "Data" jsonb);
      INSERT INTO events VALUES (1, 'sync.finished', ${quoted(8)}, '{"sync": "deals", "status": "ok", "startedAt": "${ago(9)}", "endedAt": "${ago(8)}"}'),
        (2, 'sync.finished', ${quoted(6)}, '{"sync": "deals", "status": "error", "startedAt": "${ago(7)}", "endedAt": "${ago(6)}", "error": "x"}'),
        (3, 'noise', ${quoted(5)}, '[1]'), (4, 'noise', ${quoted(5)}, NULL)`,
    says: [`"Data"->>'sync' AS rule`, `"Data"->>'status' AS status`, `"Data"->>'startedAt' AS started_at`],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["deals"],
  },
  {
    name: "German words",
    table: "etl_log",
    settings: 'preset = "automation"\ntable = "etl_log"',
    sql: `CREATE TABLE etl_log (lfd_nr int, quelle text, ablauf text, beginn {time}, ende {time}, zustand text, anzahl_saetze int, fehlertext text);
      INSERT INTO etl_log VALUES (1, 'hubspot', 'Abgleich', ${quoted(9)}, ${quoted(8)}, 'success', 5, NULL),
        (2, 'hubspot', 'Abgleich', ${quoted(7)}, ${quoted(6)}, 'failed', 0, 'x')`,
    says: ["ablauf AS rule", "anzahl_saetze AS records_processed", "fehlertext AS error"],
    counts: { total_actions: 2, failed_actions: 1 },
  },
  {
    name: "a table that was named, and of which nothing is known: its columns, and gaps to fill in",
    table: "qlog",
    settings: 'preset = "automation"\ntable = "qlog"',
    sql: `CREATE TABLE qlog (lfd_nr int, kennung text, wann {time}, "Wie; --
 x" text)`,
    says: [
      "-- found no column for these, fill them in: rule, status, started_at",
      "-- its other columns: ",
      "kennung",
      String.raw`"Wie; --\u{a} x"`,
    ],
    counts: { total_actions: 0 },
  },
  {
    name: "Solid Queue: what failed is in a table of its own, which is none of runs",
    table: "solid_queue_jobs",
    sql: `CREATE TABLE solid_queue_jobs (id int, queue_name text, class_name text, created_at {time}, finished_at {time});
      CREATE TABLE solid_queue_failed_executions (id int, job_id int, error text, created_at {time});
      CREATE TABLE solid_queue_recurring_executions (id int, job_id int, task_key text, run_at {time}, created_at {time});
      INSERT INTO solid_queue_jobs VALUES (1, 'q', 'A', ${quoted(9)}, ${quoted(8)}), (2, 'q', 'A', ${quoted(7)}, NULL), (3, 'q', 'A', ${quoted(5)}, NULL);
      INSERT INTO solid_queue_failed_executions VALUES (1, 2, 'x', ${quoted(6)})`,
    says: ["class_name AS rule", "ELSE 'success' END AS status", "-- found no column for records_processed"],
    counts: { total_actions: 2, successful_actions: 1, failed_actions: 1, running_actions: 1 },
    rules: ["A"],
    kinds: [],
  },
  {
    name: "a table that was named, and has no word for what came of a run",
    table: "solid_queue_jobs",
    settings: 'preset = "automation"\ntable = "solid_queue_jobs"',
    sql: `CREATE TABLE solid_queue_jobs (id int, class_name text, created_at {time}, finished_at {time});
      INSERT INTO solid_queue_jobs VALUES (1, 'A', ${quoted(9)}, ${quoted(8)})`,
    says: ["class_name AS rule", "-- found no column for these, fill them in: status"],
    counts: { total_actions: 0, unknown_status_actions: 1 },
  },
];

/** `{n}` and `{at}` are the number of a run and when it was. */
const repeated = (n: number, row: string) =>
  Array.from({ length: n }, (_, index) => row.replaceAll("{n}", String(index)).replaceAll("{at}", quoted(60 - index)));

SHAPES.push(
  {
    name: "Prefect: a flow run has a name of its own, by which no flow is known; the runs of tasks are parts of it",
    table: "flow_run",
    sql: `CREATE TABLE flow (id int, created {time}, name text);
      CREATE TABLE task_run (id int, created {time}, name text, state_type text, start_time {time}, end_time {time}, task_key text, flow_run_id int);
      CREATE TABLE flow_run (id int, created {time}, name text, flow_id int, deployment_id int, state_id int, state_type text, state_name text,
        expected_start_time {time}, next_scheduled_start_time {time}, start_time {time}, end_time {time}, parent_task_run_id int);
      INSERT INTO flow VALUES (0, ${quoted(99)}, 'contacts'), (1, ${quoted(99)}, 'deals');
      ${repeated(24, "INSERT INTO flow_run VALUES ({n}, {at}, 'red-fox-{n}', {n} % 2, 7, {n}, 'COMPLETED', 'Completed', {at}, NULL, {at}, {at}, NULL);").join("")}
      INSERT INTO flow_run VALUES (99, ${quoted(1)}, 'gray-ox', 0, 7, 99, 'SCHEDULED', 'Scheduled', ${quoted(-60)}, ${quoted(-60)}, NULL, NULL, NULL)`,
    says: ["named.id = run.flow_id) AS rule"],
    counts: { total_actions: 24, failed_actions: 0 },
    rules: ["contacts", "deals"],
  },
  {
    name: "Airbyte: what kind of job it is does not tell its connections apart",
    table: "jobs",
    sql: `CREATE TABLE jobs (id int, config_type text, scope text, config jsonb, status text, started_at {time}, created_at {time}, updated_at {time});
      ${repeated(24, `INSERT INTO jobs VALUES ({n}, 'sync', 'c' || ({n} % 2), '{"jobType": "sync"}', 'succeeded', {at}, {at}, {at});`).join("")}`,
    says: ["scope AS rule", "config->>'jobType'"],
    counts: { total_actions: 24 },
    rules: ["c0", "c1"],
  },
  {
    name: "Airbyte's attempts: an object in JSON names no rule, and may be an error",
    table: "attempts",
    settings: 'preset = "automation"\ntable = "attempts"',
    sql: `CREATE TABLE attempts (id int, job_id int, outcome jsonb, status text, created_at {time}, ended_at {time});
      INSERT INTO attempts VALUES (1, 1, '{"sync": {"records": 5}}', 'succeeded', ${quoted(9)}, ${quoted(8)}),
        (2, 2, '{"error": {"externalMessage": "x"}}', 'failed', ${quoted(7)}, ${quoted(6)})`,
    says: ["job_id AS rule", "outcome->>'error' AS error", "-- its other columns: outcome, outcome->>'sync'"],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["1", "2"],
  },
  {
    name: "pg_cron: what the command of a run returned is an error where it failed",
    table: "job_run_details",
    sql: `CREATE TABLE job_run_details (jobid int, runid int, job_pid int, database text, username text, command text, status text,
        return_message text, start_time {time}, end_time {time});
      INSERT INTO job_run_details VALUES (1, 1, 1, 'w', 'u', 'CALL a()', 'succeeded', 'INSERT 0 5', ${quoted(9)}, ${quoted(8)}),
        (1, 2, 1, 'w', 'u', 'CALL a()', 'failed', 'ERROR:  x', ${quoted(7)}, ${quoted(6)})`,
    says: ["command AS rule", "THEN NULL ELSE return_message END AS error"],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["CALL a()"],
  },
  {
    name: "pg_cron: a job is called by its name; one that has none, or is gone, by its command",
    table: "job_run_details",
    sql: `CREATE TABLE job (jobid int, schedule text, command text, nodename text, active boolean, jobname text);
      INSERT INTO job VALUES (1, '0 * * * *', 'CALL a()', 'localhost', true, 'contacts'), (2, '0 * * * *', 'CALL b()', 'localhost', true, NULL);
      CREATE TABLE job_run_details (jobid int, runid int, job_pid int, database text, username text, command text, status text,
        return_message text, start_time {time}, end_time {time});
      INSERT INTO job_run_details VALUES (1, 1, 1, 'w', 'u', 'CALL a()', 'succeeded', '', ${quoted(9)}, ${quoted(8)}),
        (2, 2, 1, 'w', 'u', 'CALL b()', 'succeeded', '', ${quoted(7)}, ${quoted(6)}), (3, 3, 1, 'w', 'u', 'CALL c()', 'failed', 'x', ${quoted(5)}, ${quoted(4)})`,
    says: ["named.jobid = run.jobid), run.command) AS rule"],
    counts: { total_actions: 3, failed_actions: 1 },
    rules: ["CALL b()", "CALL c()", "contacts"],
  },
  {
    name: "Airbyte: a connection is called by its name, and not by its UUID, which is of another type there",
    table: "jobs",
    sql: `CREATE TABLE connection (id {uuid}, name text, status text);
      INSERT INTO connection VALUES ('1a6c1df4-0f0f-4c5b-9d4e-0d8a5f5f1c11', 'hubspot to warehouse', 'active');
      CREATE TABLE jobs (id int, config_type text, scope text, status text, started_at {time}, created_at {time}, updated_at {time});
      INSERT INTO jobs VALUES (1, 'sync', '1a6c1df4-0f0f-4c5b-9d4e-0d8a5f5f1c11', 'succeeded', ${quoted(9)}, ${quoted(9)}, ${quoted(8)}),
        (2, 'sync', '2b6c1df4-0f0f-4c5b-9d4e-0d8a5f5f1c22', 'succeeded', ${quoted(7)}, ${quoted(7)}, ${quoted(6)})`,
    says: ["run.scope) AS rule"],
    counts: { total_actions: 2 },
    rules: ["2b6c1df4-0f0f-4c5b-9d4e-0d8a5f5f1c22", "hubspot to warehouse"],
  },
  {
    name: "dlt: a load is written when it has ended, with a number for its status",
    table: "_dlt_loads",
    sql: `CREATE TABLE _dlt_version (version int, engine_version int, inserted_at {time}, schema_name text, version_hash text, schema text);
      CREATE TABLE _dlt_loads (load_id text, schema_name text, status int, inserted_at {time}, schema_version_hash text);
      INSERT INTO _dlt_loads VALUES ('1783717200.1', 'hubspot', 0, ${quoted(8)}, 'h'), ('1783717300.1', 'hubspot', 0, ${quoted(7)}, 'h')`,
    says: [
      "schema_name AS rule",
      "inserted_at AS started_at",
      "-- perhaps when a run ended, and not when it began: inserted_at",
    ],
    adds: 'statuses = { 0 = "success" }',
    counts: { total_actions: 2, failed_actions: 0 },
    rules: ["hubspot"],
  },
  {
    name: "pgAgent: all columns begin with the same letters, and the name is behind a key without an underscore",
    table: "pga_joblog",
    sql: `CREATE TABLE pga_job (jobid int, jobjclid int, jobname text, jobdesc text, jobenabled boolean, jobcreated {time}, joblastrun {time});
      CREATE TABLE pga_joblog (jlgid int, jlgjobid int, jlgstatus char(1), jlgstart {time}, jlgduration interval);
      INSERT INTO pga_job VALUES (3, 1, 'contacts', '', true, ${quoted(99)}, ${quoted(7)});
      INSERT INTO pga_joblog VALUES (1, 3, 's', ${quoted(9)}, '00:00:30'), (2, 3, 'f', ${quoted(7)}, '00:00:30'), (3, 3, 'r', ${quoted(1)}, NULL)`,
    says: ["named.jobid = run.jlgjobid) AS rule", "jlgstatus AS status", "jlgstart AS started_at"],
    adds: 'statuses = { s = "success", f = "failed", r = "running" }',
    counts: { total_actions: 2, failed_actions: 1, running_actions: 1 },
    rules: ["contacts"],
  },
  {
    name: "Fivetran's log: of several keys that one names the rule to which a name belongs, and of its rows one must be kept",
    table: "log",
    settings: 'preset = "automation"\ntable = "log"',
    sql: `CREATE TABLE connector (connector_id text, connector_name text, connector_type_id text, paused boolean);
      CREATE TABLE log (id text, time_stamp {time}, connector_id text, transformation_id text, event text, message_event text, message_data jsonb, sync_id text);
      INSERT INTO connector VALUES ('k', 'hubspot.contacts', 'hubspot', false);
      INSERT INTO log VALUES ('a', ${quoted(9)}, 'k', NULL, 'INFO', 'sync_end', '{"status": "SUCCESSFUL"}', 's1'),
        ('b', ${quoted(7)}, 'k', NULL, 'INFO', 'sync_end', '{"status": "FAILURE_WITH_TASK", "reason": "x"}', 's2')`,
    says: [
      "named.connector_id = run.connector_id) AS rule",
      "message_data->>'status' AS status",
      "time_stamp AS started_at",
      "-- of several rows for one run keep one, by WHERE: event or message_event",
    ],
    counts: { total_actions: 2, failed_actions: 1 },
    rules: ["hubspot.contacts"],
  },
);

function adviceOf([document]: CheckDocument[]): string {
  return document?.items.find(({ id }) => id === "tables")?.advice ?? "";
}

/** The statements and the settings in an advice, as an operator takes them out. */
function readAdvice(advice: string): string[] {
  return (
    /^(CREATE VIEW [^]*;)$\nand in the configuration, under [^\n]*:\n((?:[a-z]+ = [^\n]*\n?)+)/m.exec(advice) ?? []
  );
}

async function say(command: "check" | "generate", url: string, settings: string): Promise<string> {
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${url}"\n${settings}\n`);
  const flags = command === "generate" ? ["--no-store"] : [];
  const { stdout, stderr } = await runCli([command, "--format", "json", ...flags], { cwd });
  return stdout === "" ? stderr : stdout;
}

const make = async (engine: CaseEngine, sql: string) =>
  await makeTables(
    engine,
    sql
      .replaceAll("{time}", engine === "sqlite" ? "text" : "timestamptz")
      .replaceAll("{uuid}", engine === "sqlite" ? "text" : "uuid"),
  );

test("SQLite: beside a view of a table that is gone, check still finds the table that holds runs", async () => {
  await using file = await makeTables(
    "sqlite",
    `CREATE TABLE gone (a); CREATE VIEW broken AS SELECT a FROM gone; DROP TABLE gone;
    CREATE TABLE job_runs (id int, job text, status text, started_at text, finished_at text)`,
  );
  expect(await say("check", file.url, "")).toContain("job AS rule");
});

describe.each(ENGINES)("%s", (engine) => {
  test.each(SHAPES)("$name", async ({ table, sql, settings = "", says = [], adds = "", counts, rules, kinds }) => {
    await using tables = await make(engine, sql);
    const advice = adviceOf(JSON.parse(await say("check", tables.url, settings)) as CheckDocument[]);
    const [, ddl = "", wanted = ""] = readAdvice(advice);
    expect(ddl).toContain(engine === "sqlite" ? `FROM "${table}"` : `FROM `);
    expect(ddl).toContain(table);
    for (const words of says) expect(ddl).toContain(words);
    await tables.execute(ddl);
    const [report] = reportsIn(await say("generate", tables.url, `${wanted}\n${adds}`));
    expect(report?.performance_metrics).toMatchObject(counts);
    const found = report?.data_quality.map(({ id }) => id) ?? [];
    expect(found).not.toContain("success-with-error");
    if (rules !== undefined) expect(report?.rules.map(({ rule_name: rule }) => rule)).toEqual(rules);
    if (kinds !== undefined) expect(found).toEqual(kinds);
  });

  test("two CRMs in one table that does not say whose a run was: each view can be made beside the other, for its own runs", async () => {
    await using tables = await make(
      engine,
      `CREATE TABLE job_runs (id int, job text, status text, started_at {time}, finished_at {time});
      INSERT INTO job_runs VALUES (1, 'hubspot_a', 'ok', ${quoted(9)}, ${quoted(8)}), (2, 'genius_a', 'ok', ${quoted(9)}, ${quoted(8)}),
        (3, 'genius_b', 'ok', ${quoted(9)}, ${quoted(8)})`,
    );
    const cwd = freshDirectory();
    const configure = (settings: string[]) =>
      writeFileSync(join(cwd, "automation-reports.toml"), `[defaults]\nurl = "${tables.url}"\n${settings.join("\n")}`);
    const crms = ["hubspot", "genius"];
    const settings = crms.map((crm) => `[crm.${crm}]`);
    for (const [index, crm] of crms.entries()) {
      configure(settings);
      const { stdout } = await runCli(["check", "--format", "json", "--crm", crm], { cwd });
      const [, ddl = "", wanted = ""] = readAdvice(adviceOf(JSON.parse(stdout) as CheckDocument[]));
      expect(ddl).toContain(`-- each run counts as one of ${crm}: leave those of others out, by WHERE`);
      await tables.execute(ddl.replace(/(FROM \S*job_runs"?);/, `$1 WHERE job LIKE '${crm}%';`));
      settings.splice(index, 1, `[crm.${crm}]\n${wanted}`);
    }
    configure(settings);
    const { stdout } = await runCli(["generate", "--format", "json", "--no-store"], { cwd });
    const totals = reportsIn(stdout).map(({ metadata: { source }, performance_metrics: { total_actions: total } }) => [
      source,
      total,
    ]);
    expect(Object.fromEntries(totals)).toEqual({ hubspot: 1, genius: 2 });
  });

  test("numbers for a status: check says that nothing is counted, and with the line that it offers all is", async () => {
    await using tables = await make(
      engine,
      `CREATE TABLE automation_actions (id int, crm_source text, rule text, status int, started_at {time}, finished_at {time}, records_processed int,
        records_created int, records_updated int, records_failed int, error text, dry_run boolean, wrapper boolean);
      INSERT INTO automation_actions VALUES (1, 'hubspot', 'a', 2, ${quoted(9)}, ${quoted(8)}, 5, 0, 0, 0, NULL, false, false),
        (2, 'hubspot', 'a', 3, ${quoted(7)}, ${quoted(6)}, 5, 0, 0, 0, 'x', false, false)`,
    );
    const reportOf = async (settings: string) => {
      const [document] = JSON.parse(await say("check", tables.url, settings)) as CheckDocument[];
      return document?.items.find(({ id }) => id === "report");
    };
    const before = await reportOf("");
    expect(before).toMatchObject({
      status: "warn",
      message: expect.stringContaining('; 2 runs with an unknown status, counted in no rate: "2", "3"') as never,
    });
    const [line = ""] = /statuses = \{ 2 = "…", 3 = "…" \}/.exec(before?.advice ?? "") ?? [];
    const after = await reportOf(line.replace("…", "success").replace("…", "failed"));
    expect(after).toMatchObject({ status: "ok", message: expect.stringMatching(/: 2 actions, 1 failed$/) as never });
  });

  test.each([
    { table: "solid_queue_jobs", columns: "id int, class_name text, created_at {time}, finished_at {time}" },
    { table: "customers", columns: "id int, email text, address text" },
  ])("generate promises a view of $table, and check shows it", async ({ table, columns }) => {
    await using tables = await make(engine, `CREATE TABLE ${table} (${columns})`);
    const settings = `preset = "automation"\ntable = "${table}"`;
    const advice = adviceOf(JSON.parse(await say("check", tables.url, settings)) as CheckDocument[]);
    expect(advice).toContain("CREATE VIEW");
    const promise = "`automation-reports check` shows a view to begin with";
    expect(await say("generate", tables.url, settings)).toContain(promise);
  });
});
