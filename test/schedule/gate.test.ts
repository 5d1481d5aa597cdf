/** Which of a daemon's slots begin together, and which one alone. */
import { expect, test } from "bun:test";
import { createGate, type Gate } from "../../src/schedule/gate.ts";

/** Each asks in that order; returns who has begun, and what ends one. */
function ask(gate: Gate, crashes: Record<string, number>) {
  const begun: string[] = [];
  const leaving = new Map<string, () => void>();
  const enter = async (name: string, count: number) => {
    leaving.set(name, await gate.enter(count));
    begun.push(name);
  };
  for (const [name, count] of Object.entries(crashes)) void enter(name, count);
  const settle = async () => {
    await Bun.sleep(0);
    return begun.join(" ");
  };
  return {
    settle,
    end: async (name: string) => {
      leaving.get(name)?.();
      return await settle();
    },
  };
}

test("those that never ended a process begin at once and together", async () => {
  expect(await ask(createGate(), { a: 0, b: 0, c: 0 }).settle()).toBe("a b c");
});

test("suspects begin alone, after all others, and the least suspect first", async () => {
  const gate = createGate();
  const { settle, end } = ask(gate, { worst: 3, b: 0, suspect: 1, c: 0, also: 1 });
  gate.admitSuspects();
  expect(await settle()).toBe("b c");
  expect(await end("b")).toBe("b c");
  expect(await end("c")).toBe("b c suspect");
  expect(await end("suspect")).toBe("b c suspect also");
  expect(await end("also")).toBe("b c suspect also worst");
});

test("a suspect waits for no newcomer, and one newcomer after another does not wait for all suspects", async () => {
  const gate = createGate();
  const first = ask(gate, { long: 0, suspect: 1, other: 1 });
  gate.admitSuspects();
  const late = ask(gate, { late: 0 });
  gate.admitSuspects();
  expect([await first.settle(), await late.settle()]).toEqual(["long", ""]);
  expect([await first.end("long"), await late.settle()]).toEqual(["long suspect", ""]);
  expect([await first.end("suspect"), await late.settle()]).toEqual(["long suspect", "late"]);
  expect([await late.end("late"), await first.settle()]).toEqual(["late", "long suspect other"]);
  await first.end("other");
  expect(await ask(gate, { again: 0 }).settle()).toBe("again");
});
