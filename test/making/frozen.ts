/** Processes that stand still: neither ended nor answering. */

/** Stops each, in order. What is returned lets them go on, the last first; one that has ended meanwhile is left. */
export function freeze(...pids: number[]): () => void {
  const frozen = pids.filter((pid) => signal(pid, "SIGSTOP")).toReversed();
  return () => {
    for (const pid of frozen) signal(pid, "SIGCONT");
  };
}

/** False where there is no such process any more. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
