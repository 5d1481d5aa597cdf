import { isLong } from "./making/draws.ts";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as manifest from "../package.json";

const ROOT = resolve(import.meta.dir, "..");
const COMMIT = "0123456789ab";
const TIME = "2026-07-10T21:00:00Z";
const ENTRIES = ["src/main.ts", "src/warehouse/sqlite/worker.ts"];
const EXECUTABLES = [
  { file: "automation-reports-linux-x64", machine: 0x3e, loader: "/lib64/ld-linux-x86-64.so.2" },
  { file: "automation-reports-linux-x64-musl", machine: 0x3e, loader: "/lib/ld-musl-x86_64.so.1" },
  { file: "automation-reports-linux-arm64", machine: 0xb7, loader: "/lib/ld-linux-aarch64.so.1" },
];
const MINUTE_MS = 60_000;

describe("same commit, same hash", () => {
  const outsideGit = !existsSync(join(ROOT, ".git"));
  const long = isLong;

  test.skipIf(outsideGit)(
    "one executable, built in two folders, says its commit",
    () => {
      const [one, other] = [build([]), build([])];
      expect(hash(join(one, "automation-reports"))).toBe(hash(join(other, "automation-reports")));
      const commit = run(["git", "rev-parse", "--short=12", "HEAD"], ROOT).trim();
      const line = `automation-reports ${manifest.version} (commit ${commit}, Bun ${Bun.version})\n`;
      expect(run([join(one, "automation-reports"), "--version"], one)).toBe(line);
    },
    5 * MINUTE_MS,
  );

  test.skipIf(outsideGit || !long)(
    "the whole release, built in two folders",
    () => {
      const [one, other] = [build(["--all"]), build(["--all"])];
      const sums = readFileSync(join(one, "SHA256SUMS"), "utf8");
      expect(readFileSync(join(other, "SHA256SUMS"), "utf8")).toBe(sums);
      expect([...sums.matchAll(/automation-reports\S*/g)].map(([file]) => file)).toEqual([
        ...EXECUTABLES.map(({ file }) => file),
        "automation-reports.cdx.json",
        "automation-reports.1",
      ]);
      run(["sha256sum", "--check", "--strict", "SHA256SUMS"], one);
      for (const { file, machine, loader } of EXECUTABLES) {
        const head = readFileSync(join(one, file)).subarray(0, 4096);
        expect({ file, machine: head.readUInt16LE(18) }).toEqual({ file, machine });
        expect(head.includes(`${loader}\0`)).toBe(true);
      }
    },
    20 * MINUTE_MS,
  );
});

describe("the bill of materials", () => {
  let bundle = "";
  let text = "";
  beforeAll(() => {
    bundle = freshDirectory();
    const flags = ["--target=bun", "--minify", "--splitting", "--sourcemap=external"];
    run(["bun", "build", ...flags, `--outdir=${bundle}`, `--metafile=${bundle}/metafile.json`, ...ENTRIES], ROOT);
    const ofBrowser = ["--target=browser", "--minify", "--sourcemap=external", `--outdir=${join(bundle, "browser")}`];
    run(["bun", "build", ...ofBrowser, "src/dashboard/client/main.tsx"], ROOT);
    text = writeBill();
  });
  const writeBill = () =>
    run(["bun", "scripts/sbom.ts", join(bundle, "metafile.json"), "scripts/targets.lock", COMMIT, TIME], ROOT);
  const listed = () => (JSON.parse(text) as Bill).components.filter(({ type }) => type === "library").map(nameOf);

  test("is valid CycloneDX 1.6", async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(text)).toBeNull();
  });

  test("lists exactly the packages whose code the source maps show", () => {
    const maps = [...new Bun.Glob("**/*.map").scanSync({ cwd: bundle, dot: true })];
    const sources = maps.flatMap((file) => (JSON.parse(readFileSync(join(bundle, file), "utf8")) as SourceMap).sources);
    const packages = sources.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    expect(listed().toSorted()).toEqual([...new Set(packages)].toSorted());
  });

  test("lists what is needed by what is needed, and nothing that only develops", () => {
    expect(listed()).toContain("eslint-visitor-keys");
    expect(Object.keys(manifest.dependencies).filter((name) => !listed().includes(name))).toEqual([]);
    expect(listed().filter((name) => name in manifest.devDependencies)).toEqual([]);
  });

  test("says of each its version, licence, address and hash, and of Bun what is linked into it", () => {
    const { metadata, components } = JSON.parse(text) as Bill;
    expect(metadata).toMatchObject({ timestamp: "2026-07-10T21:00:00.000Z", component: { name: manifest.name } });
    expect(components.find(({ name }) => name === "citty")).toMatchObject({
      version: manifest.dependencies.citty,
      licenses: [{ license: { id: "MIT" } }],
      purl: `pkg:npm/citty@${manifest.dependencies.citty}`,
      hashes: [{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    });
    const bun = components.find(({ name }) => name === "bun");
    expect(bun).toMatchObject({ version: Bun.version, purl: `pkg:github/oven-sh/bun@bun-v${Bun.version}` });
    expect(bun?.components?.map(nameOf)).toEqual(expect.arrayContaining(["@oven/bun-linux-aarch64", "sqlite"]));
  });

  test("is the same each time", () => {
    expect(writeBill()).toBe(text);
  });
});

describe("the man page", () => {
  const page = run(["bun", "scripts/man.ts", "2026-07-10"], ROOT);
  const missing = Bun.which("mandoc") === null;
  if (missing && process.env["CI"] !== undefined) throw new Error("mandoc is not installed");

  test.skipIf(missing)("has nothing that mandoc warns of", () => {
    expect(mandoc(["-T", "lint", "-W", "warning"], page)).toBe("");
  });

  test
    .skipIf(missing)
    .each([
      "AUTOMATION-REPORTS(1)",
      "automation-reports config check [flags]",
      "-f, --format=table|json",
      "automation-reports explain CRM [RULE] [flags]",
      "EXAMPLES automation-reports generate --crm hubspot,genius --time-window 7d Two CRMs, the last seven days.",
      "automation-reports schedule list -f json | jq -r '.[].name' The names alone.",
      "Add each rule's figures and the newest actions.",
      "Accepted as generate_automation_reports too.",
      "AUTOMATION_REPORTS_CONFIG",
      "/etc/automation-reports/config.toml",
      "automation-reports help TOPIC explains a topic: configuration The configuration file",
      "70 A bug of automation-reports.",
    ])("shows %s", (text) => {
    expect(
      mandoc(["-T", "ascii"], page)
        .replaceAll(/.\u0008/g, "")
        .replaceAll(/\s+/g, " "),
    ).toContain(text);
  });
});

type Component = { type: string; group?: string; name: string; purl?: string; components?: Component[] };
type Bill = { metadata: unknown; components: Component[] };
type SourceMap = { sources: string[] };

function nameOf({ group, name }: Component): string {
  return group === undefined ? name : `${group}/${name}`;
}

function mandoc(flags: string[], page: string): string {
  const { stdout } = Bun.spawnSync(["mandoc", ...flags], { stdin: Buffer.from(page), stderr: "inherit" });
  return stdout.toString();
}

/** What `scripts/build` makes in a fresh clone. */
function build(flags: string[]): string {
  const clone = join(freshDirectory(), "clone");
  run(["git", "clone", "--quiet", ROOT, clone], ROOT);
  run(["scripts/build", ...flags], clone);
  return join(clone, "dist");
}

function freshDirectory(): string {
  return mkdtempSync(join(tmpdir(), "automation-reports-release-"));
}

function hash(path: string): string {
  return new Bun.CryptoHasher("sha256").update(readFileSync(path)).digest("hex");
}

/** What the program printed; throws with what it complained about. */
function run(command: string[], cwd: string): string {
  const { success, stdout, stderr } = Bun.spawnSync(command, { cwd });
  if (!success) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}
