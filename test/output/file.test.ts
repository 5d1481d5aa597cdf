import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFile, replaceFile, replaceOutput, sweepTemporaryFiles, temporaryPath } from "../../src/output/file.ts";

const fresh = () => mkdtempSync(join(tmpdir(), "automation-reports-file-"));

test("a file is replaced whole, readable by owner and group", async () => {
  const path = join(fresh(), "report.json");
  writeFileSync(path, "old");
  await replaceFile(path, "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test.each([
  { name: "a new report is for its owner and group", before: null, isPublic: false, after: 0o640 },
  { name: "new gauges are for every user", before: null, isPublic: true, after: 0o644 },
  { name: "who could read a file before still can", before: 0o644, isPublic: false, after: 0o644 },
  { name: "a private file stays private", before: 0o600, isPublic: true, after: 0o600 },
  { name: "that every user may write it is not kept", before: 0o666, isPublic: true, after: 0o664 },
])("of --output, $name", async ({ before, isPublic, after }) => {
  const path = join(fresh(), "report");
  if (before !== null) {
    writeFileSync(path, "old");
    chmodSync(path, before);
  }
  await replaceOutput(path, "new", { isPublic });
  expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["new", after]);
});

test("a taken name is left alone: the next gets _2, then _3", async () => {
  const directory = fresh();
  const path = join(directory, "r.json");
  expect([await createFile(path, "1"), await createFile(path, "2"), await createFile(path, "3")]).toEqual([
    path,
    join(directory, "r_2.json"),
    join(directory, "r_3.json"),
  ]);
  expect(readdirSync(directory).toSorted()).toEqual(["r.json", "r_2.json", "r_3.json"]);
});

test("a planted symbolic link is neither followed nor written through", async () => {
  const directory = fresh();
  const victim = join(directory, "victim");
  writeFileSync(victim, "untouched");
  symlinkSync(victim, join(directory, "link.json"));
  expect(await createFile(join(directory, "link.json"), "x")).toBe(join(directory, "link_2.json"));
  await replaceFile(join(directory, "link.json"), "y");
  expect(readFileSync(victim, "utf8")).toBe("untouched");
});

test.each([
  {
    name: "a directory that is not there",
    path: () => join(fresh(), "nowhere", "x"),
    says: "its directory is not there",
  },
  { name: "a device", path: () => "/dev/null", says: "is not a file" },
  { name: "a directory", path: () => fresh(), says: "is not a file" },
])("$name is refused in words", async ({ path, says }) => {
  expect(replaceFile(path(), "x")).rejects.toThrow(says);
});

test("what a dead process left is swept, of SQLite too, and what is a day old; what a living one writes is not", async () => {
  const directory = fresh();
  mkdirSync(join(directory, "latest"));
  const dead = Bun.spawnSync(["true"]).pid;
  const ours = () => temporaryPath(directory);
  const left = ours().replace(`.${process.pid}.`, `.${dead}.`);
  // A pid that another process has by now, and one of a container, whose processes cannot be seen from here.
  const reused = ours().replace(/\.\d+\.([0-9a-f]+-)/, ".1.$1");
  const [, namespace = ""] = /\.(\d+)\.\d+\.\d+\.[0-9a-f]+-/.exec(left) ?? [];
  const elsewhere = ours().replace(`.${namespace}.`, ".1.");
  const old = ours().replace(`.${namespace}.`, ".1.");
  const unlike = join(directory, ".automation-reports.notes");
  const gone = [left, `${left}-journal`, reused, old];
  const kept = [ours(), elsewhere, unlike];
  for (const path of [...gone, ...kept]) writeFileSync(path, "half");
  const before = new Date(Date.now() - 25 * 3_600_000);
  utimesSync(old, before, before);
  await sweepTemporaryFiles(directory);
  expect([...gone, ...kept].filter((path) => existsSync(path))).toEqual(kept);
});
