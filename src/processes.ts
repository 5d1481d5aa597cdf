/** A process by a name that no other ever has. By it another one on the same machine can tell whether it still lives. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** `starttime` is field 22 of proc(5)'s stat; the first field after the name in brackets is field 3. */
const START_TIME = 22 - 3;

/** `host/boot/namespace/pid/start` of this process. No two processes ever have the same. */
export function describeHolder(): string {
  return [encodeURIComponent(hostname()), ...placeOf(), process.pid, startOf(process.pid) ?? ""].join("/");
}

/** A holder's machine and process, for messages. A holder of another form is shown as it is. */
export function nameHolder(holder: string): string {
  const [host = "", , , pid = ""] = holder.split("/");
  return /^\d+$/.test(pid) ? `${host} (pid ${pid})` : holder;
}

/** `unknown`: the holder is on another machine, or in a container whose processes cannot be seen from here. */
export function judgeHolder(holder: string): "alive" | "dead" | "unknown" {
  const [host, boot, namespace, pid = "", start] = holder.split("/");
  const [ourBoot, ourNamespace] = placeOf();
  if (!/^\d+$/.test(pid) || host !== encodeURIComponent(hostname()) || ourBoot === "") return "unknown";
  if (boot !== ourBoot) return "dead";
  if (namespace !== ourNamespace) return "unknown";
  return startOf(Number(pid)) === start ? "alive" : "dead";
}

/** Within one boot of the machine and one process namespace, a pid means one process. */
function placeOf(): [boot: string, namespace: string] {
  try {
    const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "";
    return [readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(), namespace];
  } catch {
    return ["", ""];
  }
}

/** When the process started, in clock ticks after boot; null where there is no such process. A zombie has ended. */
function startOf(pid: number): string | null {
  try {
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return state === "Z" ? null : (fields[START_TIME - 1] ?? null);
  } catch {
    return null;
  }
}
