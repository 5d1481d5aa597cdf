/** The second entry of the executable: a query blocks its thread and cannot be interrupted, so it has its own. */
import type { WarehouseFacts } from "../facts.ts";
import { codeOf, describeFailure } from "../../database/failure.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import { examineSqlite } from "./examine.ts";
import { querySqlite } from "./query.ts";

declare const self: Worker;

export type WorkerInput = { request: ReadRequest; path: string };
export type WorkerTasks = {
  read: { input: WorkerInput; result: ReadResult };
  examine: { input: WorkerInput; result: WarehouseFacts };
};
export type WorkerAnswer<T extends keyof WorkerTasks> =
  | { ok: true; result: WorkerTasks[T]["result"] }
  | { ok: false; reason: string; code: string };

const TASKS: { [T in keyof WorkerTasks]: (input: WorkerInput) => WorkerTasks[T]["result"] } = {
  read: ({ request, path }) => querySqlite(request, path),
  examine: ({ request, path }) => examineSqlite(request, path),
};

self.addEventListener("message", ({ data }: MessageEvent<{ task: keyof WorkerTasks; input: WorkerInput }>) => {
  self.postMessage(answer(data.task, data.input));
});

function answer(task: keyof WorkerTasks, input: WorkerInput): WorkerAnswer<keyof WorkerTasks> {
  try {
    return { ok: true, result: TASKS[task](input) };
  } catch (error) {
    return { ok: false, reason: describeFailure(error, { kind: "sqlite", path: input.path }), code: codeOf(error) };
  }
}
