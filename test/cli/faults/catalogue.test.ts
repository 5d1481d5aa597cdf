/** The README of this folder is its catalogue. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

test("each file of faults is in the catalogue once, under a number of its own", () => {
  const readme = readFileSync(join(import.meta.dir, "README.md"), "utf8");
  const listed = [...readme.matchAll(/^\| F(\d+) +\| `([^`]+)` +\|/gm)];
  const files = readdirSync(import.meta.dir).filter(
    (name) => name.endsWith(".test.ts") && name !== "catalogue.test.ts",
  );
  expect(listed.map(([, , name = ""]) => name).toSorted((a, b) => a.localeCompare(b))).toEqual(
    files.toSorted((a, b) => a.localeCompare(b)),
  );
  expect(listed.map(([, number]) => Number(number))).toEqual(files.map((_, index) => index + 1));
});
