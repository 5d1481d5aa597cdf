/** Guessing is slow, and one address's guesses hold up no other. */
import { expect, test } from "bun:test";
import { createAttempts } from "../../src/server/security/attempts.ts";

const NOW = Date.parse("2026-07-10T21:00:00Z");

test("five for nothing, then one every 20 seconds", () => {
  const attempts = createAttempts();
  for (let count = 0; count < 5; count += 1) {
    expect(attempts.waitMs("203.0.113.9", NOW)).toBe(0);
    attempts.fail("203.0.113.9", NOW);
  }
  expect(attempts.waitMs("203.0.113.9", NOW)).toBe(20_000);
  expect(attempts.waitMs("203.0.113.9", NOW + 19_999)).toBe(1);
  expect(attempts.waitMs("203.0.113.9", NOW + 20_000)).toBe(0);
  attempts.fail("203.0.113.9", NOW + 20_000);
  expect(attempts.waitMs("203.0.113.9", NOW + 20_000)).toBe(20_000);
  expect(attempts.waitMs("203.0.113.9", NOW + 10 * 60_000)).toBe(0);
});

test.each([
  { name: "another address", first: "203.0.113.9", other: "203.0.113.10", waits: 0 },
  {
    name: "an address of the same IPv6 network",
    first: "2001:db8:1:2::1",
    other: "2001:db8:1:2:ffff::9",
    waits: 20_000,
  },
  {
    name: "one of the same network with its zeros left out",
    first: "2001:db8::1",
    other: "2001:db8::2",
    waits: 20_000,
  },
  { name: "the same network written out", first: "2001:db8::1", other: "2001:0DB8:0:0:1:2:3:4", waits: 20_000 },
  { name: "a network that begins with zeros", first: "::1", other: "::2:1", waits: 20_000 },
  { name: "another network behind zeros", first: "2001:db8::1", other: "2001:db8:0:1::1", waits: 0 },
  { name: "an address of another IPv6 network", first: "2001:db8:1:2::1", other: "2001:db8:1:3::1", waits: 0 },
  { name: "IPv4 written as IPv6", first: "::ffff:203.0.113.9", other: "::ffff:203.0.113.10", waits: 0 },
])("$name", ({ first, other, waits }) => {
  const attempts = createAttempts();
  for (let count = 0; count < 5; count += 1) attempts.fail(first, NOW);
  expect(attempts.waitMs(other, NOW)).toBe(waits);
});

test("however many addresses guess, the newest are remembered", () => {
  const attempts = createAttempts();
  const guess = (address: string) => {
    for (let count = 0; count < 5; count += 1) attempts.fail(address, NOW);
  };
  guess("192.0.2.1");
  for (let index = 0; index < 10_000; index += 1) {
    attempts.fail(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, NOW);
    if (index === 5000) guess("192.0.2.2");
  }
  expect([attempts.waitMs("192.0.2.1", NOW), attempts.waitMs("192.0.2.2", NOW)]).toEqual([0, 20_000]);
});
