/**
 * SQLite off the main thread: a query blocks its thread and cannot be interrupted, so at the signal its answer is abandoned, and the
 * thread ends when the query does. What it has answered by then holds.
 */
import { DescribedFailure, DatabaseError } from "../../database/failure.ts";
import type { WorkerAnswer, WorkerTasks } from "./worker.ts";

/** A thread that nothing asks any more is ended then. */
const IDLE_MS = 1000;
/** To start a thread takes longer than most answers: the next question, such as a fill's next day, finds one. */
const idle: Worker[] = [];
/** A query without end goes on as long as the process does: of one file no more than so many may. */
const MOST_ABANDONED = 2;
const abandoned = new Map<string, number>();

export async function askSqlite<T extends keyof WorkerTasks>(
  task: T,
  input: WorkerTasks[T]["input"],
  signal: AbortSignal,
): Promise<WorkerTasks[T]["result"]> {
  // Nobody would hear of it: the signal has been given.
  if (signal.aborted) throw new DatabaseError("given up");
  if ((abandoned.get(input.path) ?? 0) >= MOST_ABANDONED) {
    throw new DescribedFailure(
      "its last queries, given up after timeout, still go on, for SQLite cannot be interrupted: see why they take so long, such as a view without an end; to restart the program ends them",
      "ABANDONED",
    );
  }
  const worker = idle.pop() ?? new Worker(new URL("./worker.ts", import.meta.url).href);
  worker.ref();
  const { promise, resolve, reject } = Promise.withResolvers<WorkerAnswer<T>>();
  let part: WorkerAnswer<T> | null = null;
  const end = (error: Error) => (part === null ? reject(error) : resolve(part));
  const listening = new AbortController();
  const listen = { signal: listening.signal };
  signal.addEventListener("abort", () => end(new DatabaseError("given up")), listen);
  worker.addEventListener(
    "message",
    ({ data }: MessageEvent<WorkerAnswer<T>>) => {
      if (data.ok && !data.isWhole) part = data;
      else resolve(data);
    },
    listen,
  );
  worker.addEventListener("error", (event) => end(new Error(event.message)), listen);
  worker.postMessage({ task, input });
  let isFree = false;
  try {
    const answer = await promise;
    isFree = !answer.ok || answer.isWhole;
    if (answer.ok) return answer.result;
    throw new DescribedFailure(answer.reason, answer.code);
  } finally {
    listening.abort();
    if (isFree) keepIdle(worker);
    else abandon(worker, input.path);
  }
}

/** To terminate it would not end the query, and nothing would tell when it has ended. */
function abandon(worker: Worker, path: string): void {
  abandoned.set(path, (abandoned.get(path) ?? 0) + 1);
  worker.unref();
  const ending = new AbortController();
  const end = () => {
    ending.abort();
    abandoned.set(path, (abandoned.get(path) ?? 1) - 1);
    worker.terminate();
  };
  worker.addEventListener(
    "message",
    ({ data }: MessageEvent<WorkerAnswer<keyof WorkerTasks>>) => (data.ok && !data.isWhole ? undefined : end()),
    { signal: ending.signal },
  );
  worker.addEventListener("error", end, { signal: ending.signal });
}

function keepIdle(worker: Worker): void {
  worker.unref();
  idle.push(worker);
  const endIdle = () => {
    const index = idle.indexOf(worker);
    if (index === -1) return;
    idle.splice(index, 1);
    worker.terminate();
  };
  setTimeout(endIdle, IDLE_MS).unref();
}
