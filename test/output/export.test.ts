import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { exportReport } from "../../src/output/export.ts";
import { activity, report, rule } from "../making/activities.ts";

const made = report(activity({ rules: [rule("a", { success: 3 })] }));
const fresh = () => join(mkdtempSync(join(tmpdir(), "automation-reports-export-")), "deep", "er");

function reportAt(generated: string) {
  return { ...made, metadata: { ...made.metadata, report_generated_at: generated } };
}

test("one file per report, named by CRM and time, and a relative link to the newest", async () => {
  const directory = fresh();
  const path = await exportReport(made, { directory, keep: null });
  expect(path).toBe(join(directory, "hubspot_automation_report_20260710T210000Z.json"));
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(made);
  expect(readlinkSync(join(directory, "latest/hubspot.json"))).toBe(
    "../hubspot_automation_report_20260710T210000Z.json",
  );
  await exportReport(made, { directory, keep: null });
  expect(readlinkSync(join(directory, "latest/hubspot.json"))).toBe(
    "../hubspot_automation_report_20260710T210000Z_2.json",
  );
  expect(readdirSync(directory).toSorted()).toEqual([
    "hubspot_automation_report_20260710T210000Z.json",
    "hubspot_automation_report_20260710T210000Z_2.json",
    "latest",
  ]);
});

test("keep = 1 within one second leaves the one just written", async () => {
  const directory = fresh();
  for (let index = 0; index < 3; index += 1) {
    const path = await exportReport(made, { directory, keep: 1 });
    expect(readdirSync(directory).toSorted()).toEqual([basename(path), "latest"]);
    expect(JSON.parse(readFileSync(join(directory, "latest/hubspot.json"), "utf8"))).toEqual(made);
  }
});

test("a wrong clock's export stays, and latest is at it", async () => {
  const directory = fresh();
  await exportReport(reportAt("2026-07-10T04:00:00Z"), { directory, keep: 1 });
  const path = await exportReport(reportAt("2026-07-10T01:00:00Z"), { directory, keep: 1 });
  expect(readdirSync(directory)).toContain(basename(path));
  expect(readlinkSync(join(directory, "latest/hubspot.json"))).toBe(`../${basename(path)}`);
});

test("what a clock that was years ahead has written takes the place of no export", async () => {
  const directory = fresh();
  for (const time of [
    "2030-01-01T01",
    "2030-01-01T02",
    "2030-01-01T03",
    "2026-07-10T04",
    "2026-07-10T05",
    "2026-07-10T06",
  ])
    await exportReport(reportAt(`${time}:00:00Z`), { directory, keep: 2 });
  expect(readdirSync(directory).toSorted()).toEqual([
    "hubspot_automation_report_20260710T050000Z.json",
    "hubspot_automation_report_20260710T060000Z.json",
    "hubspot_automation_report_20300101T020000Z.json",
    "hubspot_automation_report_20300101T030000Z.json",
    "latest",
  ]);
});

test("a number is not given again while a later one of that second stands", async () => {
  const directory = fresh();
  await exportReport(made, { directory, keep: null });
  await exportReport(made, { directory, keep: 1 });
  expect(basename(await exportReport(made, { directory, keep: null }))).toBe(
    "hubspot_automation_report_20260710T210000Z_3.json",
  );
});

describe.each([1, 2, 3])("exports at once, keep = %i", (keep) => {
  test.each([
    { name: "of one second", seconds: [0, 0, 0, 0, 0, 0] },
    { name: "of several seconds", seconds: [3, 0, 2, 1, 5, 4] },
    { name: "of a few seconds", seconds: [1, 1, 0, 0, 1, 0] },
  ])("$name: the newest stay, and latest is at one that is there", async ({ seconds }) => {
    for (let round = 0; round < 10; round += 1) {
      const directory = fresh();
      const paths = await Promise.all(
        seconds.map(
          async (second) => await exportReport(reportAt(`2026-07-10T21:00:0${second}Z`), { directory, keep }),
        ),
      );
      const order = (path: string) => {
        const [, stamp = "", number = "1"] = /report_(\w+Z)_?(\d*)/.exec(path) ?? [];
        return `${stamp} ${number.padStart(2, "0")}`;
      };
      const newest = paths.toSorted((a, b) => (order(a) < order(b) ? 1 : -1)).slice(0, keep);
      expect(readdirSync(directory)).toEqual(expect.arrayContaining(newest.map((path) => basename(path))));
      expect(JSON.parse(readFileSync(join(directory, "latest/hubspot.json"), "utf8"))).toMatchObject({
        metadata: { source: "hubspot" },
      });
      // What was spared meanwhile goes with the next.
      const last = await exportReport(reportAt("2026-07-10T22:00:00Z"), { directory, keep });
      const left = readdirSync(directory).filter((name) => name !== "latest");
      expect([left.length, left.includes(basename(last))]).toEqual([keep, true]);
    }
  });
});

test("a planted link in place of latest is refused before anything is written", async () => {
  const [directory, elsewhere] = [fresh(), fresh()];
  for (const path of [directory, elsewhere]) mkdirSync(path, { recursive: true });
  symlinkSync(elsewhere, join(directory, "latest"));
  expect(exportReport(made, { directory, keep: null })).rejects.toThrow("latest is a symbolic link: remove it");
  expect([readdirSync(directory), readdirSync(elsewhere)]).toEqual([["latest"], []]);
});

test.each([
  { name: "a file in its path", path: "/dev/null/exports", says: "a part of its path is not a directory" },
  { name: "a file in its place", path: "/dev/null", says: "a part of its path is not a directory" },
])("$name: what is wrong and what to do", async ({ path, says }) => {
  expect(exportReport(made, { directory: path, keep: null })).rejects.toThrow(says);
});

test("keep leaves the newest of this CRM, and everything else", async () => {
  const directory = fresh();
  for (const hour of ["01", "02", "03"])
    await exportReport(reportAt(`2026-07-10T${hour}:00:00Z`), { directory, keep: null });
  for (const name of [
    "hubspot_automation_report_old.json",
    "genius_automation_report_20200101T000000Z.json",
    "notes.txt",
  ]) {
    writeFileSync(join(directory, name), "x");
  }
  await exportReport(reportAt("2026-07-10T04:00:00Z"), { directory, keep: 2 });
  expect(readdirSync(directory).toSorted()).toEqual([
    "genius_automation_report_20200101T000000Z.json",
    "hubspot_automation_report_20260710T030000Z.json",
    "hubspot_automation_report_20260710T040000Z.json",
    "hubspot_automation_report_old.json",
    "latest",
    "notes.txt",
  ]);
});
