/** The second entry of the executable: a query blocks its thread and cannot be interrupted, so it has its own. */
import type { WarehouseFacts } from "../facts.ts";
import { codeOf } from "../../database/failure.ts";
import { describeReadFailure } from "../failure-words.ts";
import type { HoursRequest, HoursResult, ReadRequest, ReadResult, SettledRequest } from "../request.ts";
import { examineSqlite } from "./examine.ts";
import { queryHours } from "./hours.ts";
import { querySqlite } from "./query.ts";

declare const self: Worker;

type WorkerInput<R> = { request: R; path: string };
export type WorkerTasks = {
  read: { input: WorkerInput<SettledRequest>; result: ReadResult };
  hours: { input: WorkerInput<HoursRequest>; result: HoursResult };
  examine: { input: WorkerInput<ReadRequest>; result: WarehouseFacts };
};
/** `isWhole`: nothing else comes. What is not is worth something by itself. */
export type WorkerAnswer<T extends keyof WorkerTasks> =
  | { ok: true; isWhole: boolean; result: WorkerTasks[T]["result"] }
  | { ok: false; reason: string; code: string };

const TASKS: { [T in keyof WorkerTasks]: (input: WorkerTasks[T]["input"]) => WorkerTasks[T]["result"] } = {
  read: ({ request, path }) =>
    querySqlite(request, path, (result) => self.postMessage({ ok: true, isWhole: false, result })),
  hours: ({ request, path }) => queryHours(request, path),
  examine: ({ request, path }) => examineSqlite(request, path),
};

self.addEventListener("message", ({ data }: MessageEvent<{ task: keyof WorkerTasks; input: never }>) => {
  self.postMessage(answer(data.task, data.input));
});

function answer<T extends keyof WorkerTasks>(task: T, input: WorkerTasks[T]["input"]): WorkerAnswer<T> {
  try {
    return { ok: true, isWhole: true, result: TASKS[task](input) };
  } catch (error) {
    return { ok: false, reason: describeReadFailure(error, { kind: "sqlite", path: input.path }), code: codeOf(error) };
  }
}
