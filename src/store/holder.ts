/** Who holds a slot: a process, named so that another one on the same machine can tell whether it still lives. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Where proc(5) counts from after the name in brackets, field 3: `starttime` is field 22. */
const START_TIME = 22 - 3;

/** `host/boot/namespace/pid/start` of this process; different for every process there ever is. */
export function describeHolder(): string {
  return [encodeURIComponent(hostname()), ...placeOf(), process.pid, startOf(process.pid) ?? ""].join("/");
}

/** `unknown`: on another machine, or in a container whose processes cannot be seen from here. */
export function judgeHolder(holder: string): "alive" | "dead" | "unknown" {
  const [host, boot, namespace, pid = "", start] = holder.split("/");
  const [ourBoot, ourNamespace] = placeOf();
  if (!/^\d+$/.test(pid) || host !== encodeURIComponent(hostname()) || ourBoot === "") return "unknown";
  if (boot !== ourBoot) return "dead";
  if (namespace !== ourNamespace) return "unknown";
  return startOf(Number(pid)) === start ? "alive" : "dead";
}

/** The boot of the machine and the process namespace, in which a number means one process. */
function placeOf(): [boot: string, namespace: string] {
  try {
    const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "";
    return [readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(), namespace];
  } catch {
    return ["", ""];
  }
}

/** Clock ticks after boot; null where there is no such process. A zombie has ended. */
function startOf(pid: number): string | null {
  try {
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return state === "Z" ? null : (fields[START_TIME - 1] ?? null);
  } catch {
    return null;
  }
}
