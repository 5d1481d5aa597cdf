/** The one place that writes to stdout. */
import { AppError } from "../errors.ts";

const STDOUT = 1;
const NULL_DEVICE = "/dev/null";
/** `O_CLOEXEC` on Linux: a stream that was handed over to this process never has it. */
const CLOSE_ON_EXEC = 0o2_000_000;

let writing = 0;

/** Whether text is on its way to a reader that may never take it. */
export function isWriting(): boolean {
  return writing > 0;
}

/** Returns when all text is written. Throws a delivery error where stdout is closed, the reader went away or the disk is full. */
export async function emit(text: string): Promise<void> {
  if (text === "") return;
  if (await wasClosed()) throw new AppError("delivery", "the output is lost: stdout is closed");
  // Not `Buffer`, which takes a start a tenth longer to load.
  const bytes = new TextEncoder().encode(text);
  writing += 1;
  try {
    await writeInPieces(bytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason = REASONS[code] ?? (code || "the write failed");
    throw new AppError("delivery", `the output on stdout is incomplete: ${reason}`, { cause: error });
  } finally {
    writing -= 1;
  }
}

const REASONS: Record<string, string> = {
  EPIPE: "its reader closed it",
  ECONNRESET: "its reader closed it",
  EIO: "its terminal is gone",
  ENOSPC: "the disk is full",
};

/** To wait for room in a pipe does not keep signals from being heard here. `Bun.write` waits with the whole process. */
async function writeInPieces(bytes: Uint8Array): Promise<void> {
  const writer = Bun.stdout.writer();
  await Promise.all([writer.write(bytes), writer.end()]);
}

/** Whether the process began without a stdout. Bun opens the null device in its place, so that no file becomes stdout. */
async function wasClosed(): Promise<boolean> {
  // Its time tells that device from all else, and is read without a thread or node:fs, which cost a start 2 and 4 MB.
  if (Bun.file(STDOUT).lastModified !== Bun.file(NULL_DEVICE).lastModified) return false;
  const facts = await Bun.file("/proc/self/fdinfo/1")
    .text()
    .catch(() => "");
  const [, flags = "0"] = /^flags:\s*([0-7]+)$/m.exec(facts) ?? [];
  return (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) !== 0;
}
