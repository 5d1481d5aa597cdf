import { expect, test } from "bun:test";
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
