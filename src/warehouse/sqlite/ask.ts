/**
 * SQLite off the main thread: a query blocks its thread, so at the signal its answer is abandoned with the thread. What it has answered
 * by then holds.
 */
import { DescribedFailure, DatabaseError } from "../../database/failure.ts";
import type { WorkerAnswer, WorkerTasks } from "./worker.ts";

/** A thread that nothing asks any more is ended then. */
const IDLE_MS = 1000;
/** To start a thread takes longer than most answers: the next question, such as a fill's next day, finds one. */
const idle: Worker[] = [];

export async function askSqlite<T extends keyof WorkerTasks>(
  task: T,
  input: WorkerTasks[T]["input"],
  signal: AbortSignal,
): Promise<WorkerTasks[T]["result"]> {
  // Nobody would hear of it: the signal has been given.
  if (signal.aborted) throw new DatabaseError("given up");
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
    else worker.terminate();
  }
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
