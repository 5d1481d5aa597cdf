/** A directory whose content is replaced as a whole: what was there stays until all is there that takes its place. */
import { expect, test } from "bun:test";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { replaceDirectory } from "../../src/output/directory.ts";
import { temporaryPath } from "../../src/output/file.ts";

const MARK = ".mark";
const fresh = () => mkdtempSync(join(tmpdir(), "automation-reports-directory-"));

async function fill(path: string, files: Record<string, string>): Promise<void> {
  await replaceDirectory(path, MARK, async (write) => {
    for (const [name, text] of Object.entries(files)) await write(name, text);
  });
}

function filesIn(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).toSorted();
  const files = names.filter((name) => name !== MARK && !statSync(join(path, name)).isDirectory());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(path, name), "utf8")]));
}

/** Of a process that is no more. */
function leaveBehind(path: string): void {
  const left = temporaryPath(path).replace(`.${process.pid}.`, `.${Bun.spawnSync(["true"]).pid}.`);
  mkdirSync(join(left, "old"), { recursive: true });
  writeFileSync(join(left, "old/index.html"), "half");
}

test("a new one is made with what is above it, and everybody may look", async () => {
  const path = join(fresh(), "srv/public");
  await fill(path, { "index.html": "one", "a/b.html": "two" });
  expect([filesIn(path), statSync(path).mode & 0o777]).toEqual([{ "index.html": "one", "a/b.html": "two" }, 0o755]);
  expect([readdirSync(path).toSorted(), readdirSync(dirname(path))]).toEqual([[MARK, "a", "index.html"], ["public"]]);
});

test("an earlier one is replaced, with what is in no new one", async () => {
  const path = fresh();
  await fill(path, { "index.html": "old", "a/1.html": "old", "b/1.html": "old" });
  const { ino } = statSync(path);
  await fill(path, { "index.html": "new", "a/2.html": "new" });
  expect(filesIn(path)).toEqual({ "index.html": "new", "a/2.html": "new" });
  expect([readdirSync(path).toSorted(), statSync(path).ino]).toEqual([[MARK, "a", "index.html"], ino]);
});

test("through a symbolic link its target is written, and the link stays", async () => {
  const [place, target] = [fresh(), fresh()];
  symlinkSync(target, join(place, "public"));
  for (const text of ["old", "new"]) await fill(join(place, "public"), { "index.html": text });
  expect([readlinkSync(join(place, "public")), filesIn(target)]).toEqual([target, { "index.html": "new" }]);
});

test("a symbolic link to nothing is told", () => {
  const path = join(fresh(), "public");
  symlinkSync("/nowhere/at/all", path);
  expect(fill(path, { "index.html": "new" })).rejects.toThrow(`${path} is a symbolic link to nothing: make`);
});

test("where it cannot be filled, the earlier one stays, and of a new one nothing is left", async () => {
  const place = fresh();
  const [earlier, later] = [join(place, "earlier"), join(place, "later")];
  await fill(earlier, { "index.html": "old" });
  for (const path of [earlier, later]) {
    const failed = fill(path, { "index.html": "new", [`${"x".repeat(300)}.html`]: "new" });
    expect(failed).rejects.toThrow(`${path} could not be written: its name is too long`);
    await failed.catch(() => {});
  }
  expect([readdirSync(place), filesIn(earlier)]).toEqual([["earlier"], { "index.html": "old" }]);
  expect(readdirSync(earlier).toSorted()).toEqual([MARK, "index.html"]);
});

test("where something cannot be moved, all is put back", async () => {
  const path = fresh();
  await fill(path, { "index.html": "old", "z/1.html": "old" });
  const failed = replaceDirectory(path, MARK, async (write) => {
    await write("index.html", "new");
    await write("z/1.html", "new");
    // The place that is left by what was there before is taken.
    const temporary = readdirSync(path).find((name) => name.endsWith(".tmp")) ?? "";
    mkdirSync(join(path, temporary, "old/z/taken"), { recursive: true });
  });
  expect(failed).rejects.toThrow(`${path} could not be written`);
  await failed.catch(() => {});
  expect(filesIn(path)).toEqual({ "index.html": "old", "z/1.html": "old" });
});

test.each([
  { name: "before anything was moved", prepare: () => {} },
  { name: "after the mark was moved", prepare: (path: string) => writeFileSync(join(path, MARK), "") },
])("what a killed process left is removed, and the place is taken again: killed $name", async ({ prepare }) => {
  const path = fresh();
  leaveBehind(path);
  prepare(path);
  await fill(path, { "index.html": "new" });
  expect(readdirSync(path).toSorted()).toEqual([MARK, "index.html"]);
});

test("the root of a file system has a directory of its own, which stays", async () => {
  const path = fresh();
  mkdirSync(join(path, "lost+found"));
  for (const text of ["old", "new"]) await fill(path, { "index.html": text });
  expect([filesIn(path), lstatSync(join(path, "lost+found")).isDirectory()]).toEqual([{ "index.html": "new" }, true]);
});

test("other files are nobody's to replace", () => {
  const path = fresh();
  writeFileSync(join(path, "thesis.txt"), "mine");
  expect(fill(path, { "index.html": "new" })).rejects.toThrow("holds files that are not ours to replace");
});
