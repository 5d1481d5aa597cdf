/** Run as a process of its own: claims the slots 1 to N, ends each or holds on to it, and prints what it got. */
import { describeHolder } from "../../src/processes.ts";
import { openStore } from "../../src/store/open.ts";
import { targetOf } from "./stores.ts";

const [url = "", slots = "0", leaseMs = "0", mode = "end"] = process.argv.slice(2);
const holder = describeHolder();
await using store = await openStore(targetOf(url));
for (let slotMs = 1; slotMs <= Number(slots); slotMs += 1) {
  const key = { schedule: "daily", slotMs };
  let claim = await store.slots.claim(key, holder, Number(leaseMs));
  while (claim.kind === "overlapping") claim = await store.slots.claim(key, holder, Number(leaseMs));
  if (claim.kind !== "claimed") continue;
  console.log(String(slotMs));
  // Its end is that of whoever started it.
  if (mode === "hold") await Bun.stdin.text();
  const claimed = { ...key, holder, attempt: claim.attempt };
  await store.slots.end(claimed, { state: "made", exitCode: 0, note: null }, null);
}
