/** Places that cannot be written, and traps planted there: the reports are still printed, nothing outside is touched. */
import { isLong } from "../../making/draws.ts";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { temporaryPath } from "../../../src/output/file.ts";
import type { Report } from "../../../src/report/document/schema.ts";
import { BINARY, directoryWith, freshDirectory, runCli, start } from "../../making/cli.ts";
import {
  AS_OF,
  expectNothingLeft,
  figuresOf,
  GENERATE,
  isRoot,
  launch,
  makeTrio,
  until,
  type Trial,
  type Trio,
} from "../../making/faults.ts";
import { numbered } from "../../making/numbers.ts";

const TO_OUT = ["--export-json", "--output-dir", "out"];
let trio: Trio;

beforeAll(async () => {
  trio = await makeTrio();
});

afterAll(async () => await trio.healthy.close());

/** The healthy two, and a store. */
function storing(): string {
  const cwd = trio.healthyOnly();
  appendFileSync(join(cwd, "automation-reports.toml"), '[store]\npath = "store.sqlite"\n');
  return cwd;
}

/** Exit 5, every report whole on stdout, as many lines as deliveries failed, each with what to do or why. */
async function expectUndelivered(trial: Trial, says: string, lines: number): Promise<void> {
  expect([trial.code, figuresOf(trial.stdout)]).toEqual([5, trio.expected]);
  const errors = trial.stderr.trimEnd().split("\n");
  expect(errors).toEqual(Array.from({ length: lines }, () => expect.stringMatching(/^error: /)));
  for (const error of errors) expect(error).toContain(says);
  await expectNothingLeft(trial, [trio.healthy]);
}

describe.skipIf(!isRoot)("a mount of its own (needs root)", () => {
  test("P1 a read-only place for exports → exit 5, said for each CRM, nothing written", async () => {
    await using mount = mountTmpfs();
    mkdirSync(join(mount.path, "ready/latest"), { recursive: true });
    mount.remount("ro");
    for (const place of ["ready", "new", "new/er"]) {
      const directory = join(mount.path, place);
      const args = [...GENERATE, "--export-json", "--output-dir", directory];
      const trial = await launch(args, { cwd: trio.healthyOnly() }).trial;
      await expectUndelivered(trial, "the file system is read-only", 2);
      expect(trial.stderr).toContain(directory);
    }
    expect(readdirSync(mount.path, { recursive: true })).toEqual(["ready", "ready/latest"]);
  });

  test("P2 a read-only place for --output → exit 2, and stdout stays empty", async () => {
    await using mount = mountTmpfs();
    mount.remount("ro");
    const args = [...GENERATE, "--output", join(mount.path, "x.json")];
    const trial = await launch(args, { cwd: trio.healthyOnly() }).trial;
    expect([trial.code, trial.stdout]).toEqual([2, ""]);
    expect(trial.stderr).toMatch(
      /^error: .*x\.json could not be written: the file system is read-only: choose another place\n$/,
    );
    await expectNothingLeft(trial, [trio.healthy]);
  });

  test("P3 a full disk → exit 5, no half file, the reports still on stdout", async () => {
    await using mount = mountTmpfs("size=12k");
    writeFileSync(join(mount.path, "filler"), "x".repeat(8192));
    const args = [...GENERATE, "--export-json", "--output-dir", mount.path];
    const trial = await launch(args, { cwd: trio.healthyOnly() }).trial;
    expect([trial.code, figuresOf(trial.stdout)]).toEqual([5, trio.expected]);
    expect(trial.stderr).toContain("the disk is full");
    for (const name of new Bun.Glob("*.json").scanSync(mount.path))
      JSON.parse(readFileSync(join(mount.path, name), "utf8"));
    expect(readdirSync(mount.path).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const toFile = [...GENERATE, "--output", join(mount.path, "x.json")];
    const output = await launch(toFile, { cwd: trio.healthyOnly() }).trial;
    expect([output.code, existsSync(join(mount.path, "x.json"))]).toEqual([5, false]);
  });

  test("P24 no inode left → exit 5, and the reason is named", async () => {
    await using mount = mountTmpfs("size=1m,nr_inodes=2");
    writeFileSync(join(mount.path, "last"), "");
    const args = [...GENERATE, "--output", join(mount.path, "x.json")];
    const { code, stderr } = await launch(args, { cwd: trio.healthyOnly() }).trial;
    expect([code, stderr]).toEqual([5, expect.stringContaining("has no inode left (df -i)")]);
  });
});

describe.skipIf(!isRoot)("the store's disk is full (a mount needs root)", () => {
  test("P18 the store's disk is full → a slot is exit 5, what only looks exit 0; the slot is made once there is room", async () => {
    await using mount = mountTmpfs("size=400k");
    const cwd = trio.healthyOnly();
    const slot = (name: string) => `[[schedule]]\nname = "${name}"\ncron = "0 0 * * *"\n`;
    const store = `[store]\npath = "${join(mount.path, "store.sqlite")}"\n`;
    appendFileSync(join(cwd, "automation-reports.toml"), `${store}${slot("one")}${slot("two")}`);
    expect((await runCli(["schedule", "run", "one"], { cwd })).code).toBe(0);
    const filler = join(mount.path, "filler");
    Bun.spawnSync(["dd", "if=/dev/zero", `of=${filler}`, "bs=1k"]);
    const full = await runCli(["schedule", "run", "two"], { cwd });
    expect([full.code, full.stderr]).toEqual([5, expect.stringMatching(/^error: store [^\n]* is full: [^\n]*\n$/)]);
    const kept = async () => {
      const { code, stdout } = await runCli(["schedule", "history", "--format", "json"], { cwd });
      return [
        code,
        (JSON.parse(stdout) as { schedule: string; state: string }[]).map((row) => `${row.schedule} ${row.state}`),
      ];
    };
    expect(await kept()).toEqual([0, ["one made"]]);
    rmSync(filler);
    expect((await runCli(["schedule", "run", "two"], { cwd })).code).toBe(0);
    expect(await kept()).toEqual([0, expect.arrayContaining(["one made", "two made"])]);
  });
});

describe("the disk of a backup is full", () => {
  test.skipIf(!isRoot)(
    "P22 store backup to a full disk (needs root) → exit 5: names the copy, and not the store",
    async () => {
      await using mount = mountTmpfs("size=20k");
      const cwd = storing();
      expect((await runCli(["generate", ...AS_OF], { cwd })).code).toBe(0);
      const copy = join(mount.path, "copy");
      const says = `error: ${copy} could not be written: the disk is full: make room, or choose another place\n`;
      expect(await runCli(["store", "backup", copy], { cwd })).toMatchObject({ code: 5, stderr: says });
      expect(readdirSync(mount.path)).toEqual([]);
    },
  );

  test("P23 store backup where no file may be that large (ulimit -f) → exit 5: names the copy, and not the store", async () => {
    const cwd = storing();
    expect((await runCli(["generate", ...AS_OF], { cwd })).code).toBe(0);
    const within = ["sh", "-c", 'ulimit -f 100 && exec "$@"', "sh"];
    const { code, stderr } = await runCli(["store", "backup", "copy"], { cwd, within });
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/^error: \S+\/copy could not be written: .*ulimit -f.*\n$/),
    ]);
    expect(readdirSync(cwd).filter((name) => name.includes("copy") || name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("symbolic links planted by somebody else", () => {
  test("P4 links planted at the final names → left alone, the reports get the next name", async () => {
    const { cwd, out, outside } = plantedPlace();
    // The stamp is the second in which the pass begins, so every second near now has a link.
    for (let second = -2; second < 20; second += 1) {
      const stamp = new Date(Date.now() + second * 1000).toISOString().replace(/\.\d+/, "").replace(/[-:]/g, "");
      for (const crm of ["first", "last"]) symlinkSync(outside, join(out, `${crm}_automation_report_${stamp}.json`));
    }
    const trial = await launch([...GENERATE, ...TO_OUT], { cwd }).trial;
    expect([trial.code, readFileSync(outside, "utf8")]).toEqual([0, "untouched"]);
    for (const crm of ["first", "last"]) {
      expect(readlinkSync(join(out, "latest", `${crm}.json`))).toMatch(/Z_2\.json$/);
      expect(readReport(join(out, "latest", `${crm}.json`)).metadata.source).toBe(crm);
    }
    await expectNothingLeft(trial, [trio.healthy]);
  });

  test("P5 links planted at the names of the newest → replaced, not followed", async () => {
    const { cwd, out, outside } = plantedPlace();
    mkdirSync(join(out, "latest"));
    symlinkSync(outside, join(out, "latest/first.json"));
    symlinkSync("/nowhere/at/all", join(out, "latest/last.json"));
    const trial = await launch([...GENERATE, ...TO_OUT], { cwd }).trial;
    expect([trial.code, readFileSync(outside, "utf8")]).toEqual([0, "untouched"]);
    for (const crm of ["first", "last"])
      expect(readReport(join(out, "latest", `${crm}.json`)).metadata.source).toBe(crm);
  });

  test("P6 links planted at names of a dead process's temporary files → removed, their target untouched", async () => {
    const { cwd, out, outside } = plantedPlace();
    const dead = Bun.spawnSync(["true"]).pid;
    const planted = temporaryPath(out).replace(`.${process.pid}.`, `.${dead}.`);
    symlinkSync(outside, planted);
    const trial = await launch([...GENERATE, ...TO_OUT], { cwd }).trial;
    expect([trial.code, readFileSync(outside, "utf8")]).toEqual([0, "untouched"]);
    expect(readdirSync(out).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("P7 a link planted at latest itself → exit 5, nothing is replaced in a directory outside", async () => {
    const { cwd, out } = plantedPlace();
    const elsewhere = freshDirectory();
    writeFileSync(join(elsewhere, "first.json"), "precious");
    symlinkSync(elsewhere, join(out, "latest"));
    const trial = await launch([...GENERATE, ...TO_OUT], { cwd }).trial;
    await expectUndelivered(trial, "latest is a symbolic link: remove it", 2);
    expect(readFileSync(join(elsewhere, "first.json"), "utf8")).toBe("precious");
    expect(readdirSync(elsewhere)).toEqual(["first.json"]);
  });

  test("P8 an output directory that is a link of the operator's own → exit 0, written to", async () => {
    const { cwd } = plantedPlace();
    const elsewhere = freshDirectory();
    symlinkSync(elsewhere, join(cwd, "linked"));
    const args = [...GENERATE, "--export-json", "--output-dir", "linked"];
    expect((await launch(args, { cwd }).trial).code).toBe(0);
    expect(readdirSync(join(elsewhere, "latest")).toSorted()).toEqual(["first.json", "last.json"]);
  });

  test.each(
    numbered("P9", [
      { name: "a link to a file", plant: symlinkSync },
      { name: "a second name of a file", plant: linkSync },
    ]),
  )("$no --output where there is $name → replaced, the file untouched", async ({ plant }) => {
    const { cwd, outside } = plantedPlace();
    const output = join(cwd, "report.json");
    plant(outside, output);
    const trial = await launch([...GENERATE, "--output", "report.json"], { cwd }).trial;
    expect([trial.code, readFileSync(outside, "utf8")]).toEqual([0, "untouched"]);
    expect([lstatSync(output).isFile(), figuresOf(readFileSync(output, "utf8"))]).toEqual([true, trio.expected]);
  });

  test.each(
    numbered("P10", [
      { name: "a directory", make: () => freshDirectory() },
      { name: "a device", make: () => "/dev/full" },
      {
        name: "a pipe",
        make: () => {
          const path = join(freshDirectory(), "pipe");
          Bun.spawnSync(["mkfifo", path]);
          return path;
        },
      },
    ]),
  )("$no --output where there is a link to $name → exit 2", async ({ make }) => {
    const { cwd } = plantedPlace();
    symlinkSync(make(), join(cwd, "report.json"));
    const trial = await launch([...GENERATE, "--output", "report.json"], { cwd }).trial;
    expect([trial.code, trial.stdout]).toEqual([2, ""]);
    expect(trial.stderr).toContain("report.json is not a file: leave --output out to write to stdout");
  });
});

test.each(
  numbered("P11", [
    { output: "nowhere/report.json", says: "its directory is not there: make it" },
    { output: "automation-reports.toml/report.json", says: "a part of its path is not a directory" },
    { output: ".", says: "is not a file: leave --output out" },
    // Here stdout leads to a file.
    { output: "/dev/fd/1", says: "/dev/fd/1 is not a file: leave --output out" },
    { output: "/proc/self/fd/1", says: "/proc/self/fd/1 is not a file: leave --output out" },
  ]),
)("$no --output $output → exit 2 before a warehouse is read: $says", async ({ output, says }) => {
  const cwd = directoryWith('[crm.a]\nurl = "postgres://u@127.0.0.1:1/d"\n');
  const within = ["sh", "-c", 'exec "$0" "$@" > printed'];
  const trial = await launch([...GENERATE, "--output", output], { cwd, within }).trial;
  expect([trial.code, readFileSync(join(cwd, "printed"), "utf8")]).toEqual([2, ""]);
  expect(trial.stderr).toMatch(/^error: --output: /);
  expect(trial.stderr).toContain(says);
  expect(trial.stderr).not.toContain("127.0.0.1");
});

test("P12 --output that fails at the end → exit 5, the report is printed", async () => {
  // A name that is too long is known when the file gets it.
  const trial = await launch([...GENERATE, "--output", "x".repeat(300)], { cwd: trio.healthyOnly() }).trial;
  await expectUndelivered(trial, "could not be written: its name is too long", 1);
});

test.each(
  numbered("P16", [
    {
      name: "a FIFO",
      make: (path: string) => Bun.spawnSync(["mkfifo", path]),
      says: "is not a file: choose another place",
    },
    { name: "a directory", make: (path: string) => mkdirSync(path), says: "is not a file: choose another place" },
    {
      name: "a link to a device",
      make: (path: string) => symlinkSync("/dev/null", path),
      says: "is not a file: choose another place",
    },
  ]),
)("$no store backup to $name → exit 5: $says", async ({ make, says }) => {
  const cwd = storing();
  expect((await runCli(["generate", ...AS_OF], { cwd })).code).toBe(0);
  make(join(cwd, "copy"));
  const { code, stderr } = await runCli(["store", "backup", "copy"], { cwd });
  expect([code, stderr]).toEqual([5, `error: ${join(cwd, "copy")} ${says}\n`]);
});

test("P17 no file may be larger than 0 bytes (ulimit -f) → exit 5 for --output, exports and store, the report on stdout, no file", async () => {
  const TOO_LARGE = "could not be written: it would be larger than this process may write: raise the limit (ulimit -f)";
  const within = ["sh", "-c", 'ulimit -f 0 && exec "$@"', "sh"];
  const cwd = storing();
  const written = await runCli([...GENERATE, "--no-store", "--output", "out.json"], {
    cwd: trio.healthyOnly(),
    within,
  });
  expect([written.code, written.stderr]).toEqual([5, expect.stringContaining(`/out.json ${TOO_LARGE}`)]);
  expect(figuresOf(written.stdout)).toEqual(trio.expected);
  const made = await runCli([...GENERATE, ...TO_OUT], { cwd, within });
  expect([made.code, figuresOf(made.stdout)]).toEqual([5, trio.expected]);
  for (const says of [TOO_LARGE, "The reports were made, but are not kept"]) expect(made.stderr).toContain(says);
  expect(readdirSync(join(cwd, "out"), { recursive: true })).toEqual(["latest"]);
});

test("P13 kill -9 in mid-export → whole reports only, and the next run sweeps the rest", async () => {
  const cwd = directoryWith(manyHealthy(20));
  const directory = join(cwd, "out");
  const args = [...GENERATE, ...TO_OUT];
  for (let round = 0; round < (isLong ? 40 : 4); round += 1) {
    const before = existsSync(directory) ? readdirSync(directory).length : 0;
    const child = start(args, { cwd });
    await until(() => existsSync(directory) && readdirSync(directory).length > before + ((round * 7) % 18));
    child.kill("SIGKILL");
    await child.exited;
    for (const name of readdirSync(directory).filter((file) => file.endsWith(".json")))
      readReport(join(directory, name));
  }
  const trial = await launch(args, { cwd }).trial;
  expect(trial.code).toBe(0);
  expect(readdirSync(directory).filter((file) => file.endsWith(".tmp"))).toEqual([]);
  await expectNothingLeft(trial, [trio.healthy]);
});

describe("stdout", () => {
  test("P14 a stdout that is full → exit 5", () => {
    const made = Bun.spawnSync(["sh", "-c", `"$0" "$@" > /dev/full`, BINARY, ...GENERATE], {
      cwd: trio.healthyOnly(),
      stderr: "pipe",
    });
    expect([made.exitCode, made.stderr.toString()]).toEqual([
      5,
      expect.stringContaining("the output on stdout is incomplete: the disk is full"),
    ]);
  });

  test("P15 a stdout that its reader closes early → exit 5, no stack", () => {
    const made = Bun.spawnSync(
      [
        "bash",
        "-c",
        `"$0" "$@" | head -c 1 >/dev/null; echo \${PIPESTATUS[0]}`,
        BINARY,
        "generate",
        ...AS_OF,
        "--format",
        "json",
      ],
      { cwd: directoryWith(manyHealthy(15)), stderr: "pipe" },
    );
    expect(made.stdout.toString().trim()).toBe("5");
    expect(made.stderr.toString()).toContain("its reader closed it");
    expect(made.stderr.toString()).not.toContain(" at ");
  });
});

/** A working directory with `out` in it, and a file outside that nothing may touch. */
function plantedPlace(): { cwd: string; out: string; outside: string } {
  const cwd = trio.healthyOnly();
  const out = join(cwd, "out");
  mkdirSync(out);
  const outside = join(freshDirectory(), "outside");
  writeFileSync(outside, "untouched");
  return { cwd, out, outside };
}

function manyHealthy(count: number): string {
  const tables = Array.from({ length: count }, (_, index) => `[crm.crm${index}]\n`);
  return `[defaults]\nurl = "${trio.healthyUrl}"\n${tables.join("")}`;
}

function readReport(path: string): Report {
  return JSON.parse(readFileSync(path, "utf8")) as Report;
}

function mountTmpfs(options = "size=1m"): AsyncDisposable & { path: string; remount: (how: string) => void } {
  const path = freshDirectory();
  const mount = (...args: string[]) => expect(Bun.spawnSync(["mount", ...args, path]).exitCode).toBe(0);
  mount("-t", "tmpfs", "-o", options, "tmpfs");
  return {
    path,
    remount: (how) => mount("-o", `remount,${how}`),
    [Symbol.asyncDispose]: async () => void Bun.spawnSync(["umount", path]),
  };
}
