/** The second entry of the executable: a query blocks its thread and cannot be interrupted, so it has its own. */
import { describeFailure } from "../failure.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import { querySqlite } from "./query.ts";

declare const self: Worker;

export type WorkerAnswer = { ok: true; result: ReadResult } | { ok: false; reason: string };

self.addEventListener("message", ({ data }: MessageEvent<{ request: ReadRequest; path: string }>) => {
  self.postMessage(answer(data.request, data.path));
});

function answer(request: ReadRequest, path: string): WorkerAnswer {
  try {
    return { ok: true, result: querySqlite(request, path) };
  } catch (error) {
    return { ok: false, reason: describeFailure(error, { kind: "sqlite", path }) };
  }
}
