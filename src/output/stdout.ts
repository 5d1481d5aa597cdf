/** The one place that writes to stdout. */
import { AppError } from "../errors.ts";

/** Returns when all text is written. Throws a delivery error where the reader went away or the disk is full. */
export async function emit(text: string): Promise<void> {
  if (text === "") return;
  try {
    const written = await Bun.write(Bun.stdout, text);
    if (written < Buffer.byteLength(text)) throw new Error("short write");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason =
      code === "EPIPE" ? "its reader closed it" : code === "ENOSPC" ? "the disk is full" : code || "the write failed";
    throw new AppError("delivery", `the output on stdout is incomplete: ${reason}`, { cause: error });
  }
}
