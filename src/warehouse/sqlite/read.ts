/** One CRM's activity from SQLite, off the main thread: at the signal its answer is abandoned. */
import { ReadFailure, WarehouseError } from "../failure.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import type { WorkerAnswer } from "./worker.ts";

export async function readSqlite(request: ReadRequest, path: string, signal: AbortSignal): Promise<ReadResult> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url).href);
  const { promise, resolve, reject } = Promise.withResolvers<WorkerAnswer>();
  const abort = () => reject(new WarehouseError("given up"));
  signal.addEventListener("abort", abort, { once: true });
  worker.addEventListener("message", ({ data }: MessageEvent<WorkerAnswer>) => resolve(data));
  worker.addEventListener("error", (event) => reject(new Error(event.message)));
  worker.postMessage({ request, path });
  try {
    const answer = await promise;
    if (answer.ok) return answer.result;
    throw new ReadFailure(answer.reason);
  } finally {
    signal.removeEventListener("abort", abort);
    worker.terminate();
  }
}
