/**
 * SQLite off the main thread: a query blocks its thread, so at the signal its answer is abandoned with the thread. What it has answered
 * by then holds.
 */
import { DescribedFailure, DatabaseError } from "../../database/failure.ts";
import type { WorkerAnswer, WorkerTasks } from "./worker.ts";

export async function askSqlite<T extends keyof WorkerTasks>(
  task: T,
  input: WorkerTasks[T]["input"],
  signal: AbortSignal,
): Promise<WorkerTasks[T]["result"]> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url).href);
  const { promise, resolve, reject } = Promise.withResolvers<WorkerAnswer<T>>();
  let part: WorkerAnswer<T> | null = null;
  const end = (error: Error) => (part === null ? reject(error) : resolve(part));
  const abort = () => end(new DatabaseError("given up"));
  signal.addEventListener("abort", abort, { once: true });
  worker.addEventListener("message", ({ data }: MessageEvent<WorkerAnswer<T>>) => {
    if (data.ok && !data.isWhole) part = data;
    else resolve(data);
  });
  worker.addEventListener("error", (event) => end(new Error(event.message)));
  worker.postMessage({ task, input });
  try {
    const answer = await promise;
    if (answer.ok) return answer.result;
    throw new DescribedFailure(answer.reason, answer.code);
  } finally {
    signal.removeEventListener("abort", abort);
    worker.terminate();
  }
}
