/** Which starts a range looks at in SQLite, in each form that they may have. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { writeRange } from "../../src/warehouse/sqlite/instants.ts";

const NOW_MS = Date.parse("2026-07-10T21:00:00Z");
const FAR_MS = Date.parse("9998-01-01T00:00:00Z");

const STARTS: { name: string; start: string | number; later: boolean }[] = [
  { name: "a date of next year", start: "2027-01-01T00:00:00Z", later: true },
  { name: "a date of next year after a blank", start: " 2027-01-01 00:00", later: true },
  { name: "a date of next year without signs", start: "20270101T000000Z", later: true },
  { name: "seconds of next year", start: 1_798_761_600, later: true },
  { name: "seconds of next year as text", start: "1798761600", later: true },
  { name: "milliseconds of next year as text", start: "1798761600000", later: true },
  { name: "seconds of 2040 as text", start: "2208988800", later: true },
  { name: "milliseconds of 2040 as text", start: "2208988800000", later: true },
  { name: "a date of this year", start: "2026-01-01T00:00:00Z", later: false },
  { name: "a date of last year", start: "2025-12-31 12:00:00", later: false },
  { name: "seconds of last year", start: 1_767_182_400, later: false },
  { name: "seconds of last year as text", start: "1767182400", later: false },
];

test.each(STARTS)("$name is looked at among what starts later: $later", ({ start, later }) => {
  using database = new Database(":memory:");
  database.run("CREATE TABLE runs (start)");
  database.run("INSERT INTO runs VALUES (?)", [start]);
  const range = writeRange("", "start", [NOW_MS, FAR_MS], "all");
  const row = database.query<{ n: number }, []>(`SELECT count(*) AS n FROM runs WHERE ${range}`).get();
  expect(row?.n).toBe(later ? 1 : 0);
});
