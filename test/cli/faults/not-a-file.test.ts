/** What is not a file, or has no end, at each place where a file is named: refused at once in one sentence, in little memory. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { activity, report } from "../../making/activities.ts";
import { directoryWith, freshDirectory } from "../../making/cli.ts";
import { expectOthers, GENERATE, isRoot, launch, makeTrio, until, type Trial, type Trio } from "../../making/faults.ts";
import { startPeer, type Peer } from "../../making/peers.ts";
import { numbered } from "../../making/numbers.ts";

const HUGE_BYTES = 5_000_000_000;
const QUICK_MS = 20_000;
const LITTLE_BYTES = 150_000_000;

/** Each makes the thing `odd` in a directory, mode 0600. */
const THINGS = {
  FIFO: (cwd: string) => Bun.spawnSync(["mkfifo", "-m", "600", join(cwd, "odd")]),
  socket: (cwd: string) => {
    sockets.push(Bun.listen({ unix: join(cwd, "odd"), socket: { data: () => {} } }));
    chmodSync(join(cwd, "odd"), 0o600);
  },
  device: (cwd: string) => symlinkSync("/dev/zero", join(cwd, "odd")),
  directory: (cwd: string) => mkdirSync(join(cwd, "odd"), { mode: 0o700 }),
  "file of 5 GB": (cwd: string) => {
    writeFileSync(join(cwd, "odd"), "", { mode: 0o600 });
    truncateSync(join(cwd, "odd"), HUGE_BYTES);
  },
};
type Thing = keyof typeof THINGS;
const SAYS: Record<Thing, string> = {
  FIFO: "it is a FIFO, not a file",
  socket: "it is a socket, not a file",
  device: "it is a device, not a file",
  directory: "it is a directory",
  "file of 5 GB": "it is larger than",
};
const sockets: Disposable[] = [];
/** Says that it speaks TLS, so that the files for it are read. */
let peer: Peer;
let trio: Trio;

beforeAll(async () => {
  peer = startPeer({ data: (answer) => answer("S") });
  trio = await makeTrio();
});

afterAll(async () => {
  await trio.healthy.close();
  for (const socket of sockets) socket[Symbol.dispose]();
  peer[Symbol.dispose]();
});

type Place = {
  place: string;
  config: string;
  /** The two that are well stand beside it, and their documents are printed as ever. */
  isAmong?: true;
  args: string[];
  code: number;
  /** What each line of stderr matches; the thing's own words follow somewhere. */
  line: RegExp;
  /** What is said of a thing where the words are others. */
  instead?: Partial<Record<Thing, string | null>>;
};

const CRM = '[crm.a]\nurl = "sqlite:none"\n';
const KEY_OF_ALL = "may be read by others";

const PLACES: Place[] = [
  {
    place: "--config",
    config: CRM,
    args: ["config", "check", "--config", "odd"],
    code: 2,
    line: /^error: configuration /,
  },
  {
    place: "url_file",
    config: '[crm.a]\nurl_file = "odd"\n',
    args: ["config", "check"],
    code: 2,
    line: /^error: .*:2:1: url_file /,
  },
  {
    place: "ping_url_file",
    config: `${CRM}[[schedule]]\nname = "s"\ncron = "@daily"\nping_url_file = "odd"\n`,
    args: ["config", "check"],
    code: 2,
    line: /^error: .*:6:1: ping_url_file /,
  },
  {
    place: "passfile",
    config: '[crm.a]\nurl = "postgres://u@127.0.0.1:1/d?passfile=odd"\n',
    args: ["config", "check"],
    code: 0,
    line: /^warning: the password file \S+\/odd was not read: /,
  },
  {
    place: "the store",
    config: `${CRM}[store]\npath = "odd"\n`,
    args: ["history", "list"],
    code: 5,
    line: /^error: store \S+\/odd: .*name another store with \[store\] path or url$/,
    instead: { "file of 5 GB": "it is not an SQLite database" },
  },
  {
    place: "the store of a report",
    isAmong: true,
    config: `[crm.dead]\ncrm_source = "first"\n[store]\npath = "odd"\n`,
    args: GENERATE,
    code: 5,
    line: /^error: store \S+\/odd: .*\[store\] path or url\. The reports were made, but are not kept$/,
    instead: { "file of 5 GB": "it is not an SQLite database" },
  },
  {
    place: "the store's journal",
    config: `${CRM}[store]\npath = "s.sqlite"\n`,
    args: ["history", "list"],
    code: 5,
    line: /^error: store \S+\/s\.sqlite: .*name another store with \[store\] path or url$/,
    // A journal of zeros is empty to SQLite.
    instead: { "file of 5 GB": null },
  },
  {
    place: "a warehouse",
    isAmong: true,
    config: '[crm.dead]\nurl = "sqlite:odd"\n',
    args: [...GENERATE, "--no-store"],
    code: 3,
    line: /^error: dead could not be read: \S+\/odd/,
    instead: { "file of 5 GB": "is not an SQLite database" },
  },
  {
    place: "--input",
    config: CRM,
    args: ["generate", "--input", "odd"],
    code: 2,
    line: /^error: --input "(?:\S+\/)?odd": /,
    instead: { directory: "there is no report in it" },
  },
  {
    place: "--output",
    config: CRM,
    args: ["generate", "--output", "odd"],
    code: 2,
    line: /^error: --output: \S+\/odd is not a file: /,
    instead: {
      FIFO: "is not a file",
      socket: "is not a file",
      device: "is not a file",
      directory: "is not a file",
      "file of 5 GB": null,
    },
  },
  ...(["sslrootcert", "sslcert", "sslkey"] as const).map((parameter): Place => ({
    place: parameter,
    isAmong: true,
    config: `[crm.dead]\nurl = "postgres://u@127.0.0.1:PORT/d?sslmode=require&sslcert=pem&sslkey=pem&${parameter}=odd"\n`,
    args: [...GENERATE, "--no-store"],
    code: 3,
    line: new RegExp(`^error: dead could not be read: 127.0.0.1:\\d+: .*(?:${parameter}=|chmod 600 )`),
    ...(parameter === "sslkey" ? { instead: { device: KEY_OF_ALL } } : {}),
  })),
];

function expectRefused(trial: Trial, { code, line }: Place, says: string): void {
  expect([trial.code, trial.stderr]).toEqual([code, expect.stringMatching(/^[^\n]+\n$/)]);
  expect(trial.stderr.trimEnd()).toMatch(line);
  expect(trial.stderr).toContain(says);
  expect(trial.tookMs).toBeLessThan(QUICK_MS);
  expect(trial.peakBytes).toBeLessThan(LITTLE_BYTES);
}

function placeWith(place: Place, thing: Thing): string {
  const healthy = `[defaults]\nurl = "${trio.healthyUrl}"\n[crm.first]\n[crm.last]\n`;
  const config = place.config.replace("PORT", String(peer.port));
  const cwd = directoryWith(place.isAmong === true ? `${healthy}${config}` : config);
  writeFileSync(join(cwd, "pem"), "", { mode: 0o600 });
  THINGS[thing](cwd);
  if (place.place === "the store's journal") Bun.spawnSync(["mv", "odd", "s.sqlite-wal"], { cwd });
  return cwd;
}

describe.each(numbered("K1", PLACES))("$place", (place) => {
  const kinds = (Object.keys(THINGS) as Thing[]).flatMap((thing) => {
    const says = place.instead?.[thing] ?? SAYS[thing];
    return place.instead?.[thing] === null ? [] : [{ thing, says }];
  });
  test.each(numbered(place.no, kinds))(
    `$no ${place.place}: a $thing → exit ${place.code}: $says`,
    async ({ thing, says }) => {
      const cwd = placeWith(place, thing);
      const { child, trial } = launch(place.args, { cwd });
      const killing = setTimeout(() => child.kill("SIGKILL"), 2 * QUICK_MS);
      const ended = await trial;
      clearTimeout(killing);
      expectRefused(ended, place, says);
      if (place.isAmong === true) expectOthers(ended.stdout, trio);
      else expect(ended.stdout).not.toContain("{");
      rmSync(cwd, { recursive: true });
    },
  );
});

/** To its owner it looks like an empty file. Who reads it waits for the kernel to have something to say. */
describe.skipIf(!isRoot)("a file whose reader waits (needs root)", () => {
  const store = `${CRM}[store]\npath = "odd"\n`;
  const OF_NO_DISK = "is no file of a disk";
  test.each(
    numbered("K9", [
      { place: "the store", config: store, link: "odd", args: ["history", "list"], code: 5, says: OF_NO_DISK },
      { place: "a store to be written", config: store, link: "odd", args: ["generate"], code: 4, says: OF_NO_DISK },
      {
        place: "the store's journal",
        config: store,
        link: "odd-wal",
        args: ["history", "list"],
        code: 5,
        says: OF_NO_DISK,
      },
      { place: "a warehouse", config: CRM, link: "none", args: ["generate", "--no-store"], code: 4, says: OF_NO_DISK },
      { place: "a warehouse's journal", config: CRM, link: "none-journal", args: ["check"], code: 4, says: OF_NO_DISK },
      {
        place: "url_file",
        config: '[crm.a]\nurl_file = "odd"\n',
        link: "odd",
        args: ["check"],
        code: 2,
        says: OF_NO_DISK,
      },
    ]),
  )("$no $place: a file whose reader waits → exit $code at once: $says", async ({ config, link, args, code, says }) => {
    const cwd = directoryWith(config);
    symlinkSync("/proc/kmsg", join(cwd, link));
    const { child, trial } = launch(args, { cwd });
    const killing = setTimeout(() => child.kill("SIGKILL"), QUICK_MS);
    const ended = await trial;
    clearTimeout(killing);
    expect([ended.code, ended.stdout + ended.stderr]).toEqual([code, expect.stringContaining(says)]);
  });
});

describe("what else has no end, or is no file", () => {
  test.each(
    numbered("K10", [
      { copy: "/proc/self/mem", code: 5, says: "/proc/self/mem is not a file" },
      { copy: "/proc/kmsg", code: 5, says: "/proc/kmsg is not a file" },
      // What it leads to stays as it is.
      { copy: "a link to one", code: 0, says: "copied" },
    ]),
  )("$no store backup: $copy, which cannot be read → exit $code: $says", async ({ copy, code, says }) => {
    const cwd = directoryWith(`${CRM}[store]\npath = "s.sqlite"\n`);
    await launch(["generate"], { cwd }).trial;
    symlinkSync("/proc/self/mem", join(cwd, "a link to one"));
    const ended = await launch(["store", "backup", copy], { cwd }).trial;
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(says)]);
    expect(ended.stderr).toMatch(/^[^\n]+\n$/);
  });

  test("K2 --config: a file of /proc that tells no size → read as far as it goes, exit 2", async () => {
    const cwd = freshDirectory();
    const { code, stderr } = await launch(["config", "check", "--config", "/proc/self/status"], { cwd }).trial;
    expect([code, stderr]).toEqual([2, expect.stringContaining("/proc/self/status:1:1: this is YAML")]);
  });

  test("K3 url_file: a symbolic link that leads to itself → exit 2: its symbolic links lead in a circle", async () => {
    const cwd = directoryWith('[crm.a]\nurl_file = "odd"\n');
    symlinkSync("odd", join(cwd, "odd"));
    const { code, stderr } = await launch(["config", "check"], { cwd }).trial;
    expect([code, stderr]).toEqual([2, expect.stringContaining("odd: its symbolic links lead in a circle\n")]);
  });

  test("K4 --input: a FIFO among the reports of a folder → exit 2: it is named", async () => {
    const cwd = freshDirectory();
    // As mktemp(1) names directories: by its looks it could be a key.
    const folder = join(cwd, "ar-qMx7v5-QukcEj2bTz8W");
    mkdirSync(folder);
    writeFileSync(join(folder, "a.json"), JSON.stringify(report(activity())));
    Bun.spawnSync(["mkfifo", join(folder, "b.json")]);
    const { code, stderr } = await launch(["generate", "--input", folder], { cwd }).trial;
    expect([code, stderr]).toEqual([2, `error: --input "${folder}/b.json": it is a FIFO, not a file\n`]);
  });

  test.each(
    numbered("K8", [
      { format: "text", shown: String.raw`a\u{a}error: all is lost\u{1b}[2J.json: it is not a report` },
      { format: "json", shown: String.raw`a\nerror: all is lost\u001b[2J.json: it is not a report` },
    ]),
  )(
    "$no --input: a file whose name holds a line break and a log's line, log as $format → exit 2, one line",
    async ({ format, shown }) => {
      const cwd = freshDirectory();
      mkdirSync(join(cwd, "in"));
      writeFileSync(join(cwd, "in", "a\nerror: all is lost\u001b[2J.json"), "{}");
      const { code, stderr } = await launch(["generate", "--input", "in", "--log-format", format], { cwd }).trial;
      expect([code, stderr.split("\n").length]).toEqual([2, 2]);
      expect(stderr).toContain(shown);
    },
  );

  test("K5 .pgpass: a FIFO → a warning, exit 0", async () => {
    const cwd = directoryWith('[crm.a]\nurl = "postgres://u@127.0.0.1:1/d"\n');
    Bun.spawnSync(["mkfifo", "-m", "600", join(cwd, ".pgpass")]);
    const { code, stderr } = await launch(["config", "check"], { cwd }).trial;
    expect([code, stderr]).toEqual([0, `warning: the password file ${cwd}/.pgpass was not read: ${SAYS.FIFO}\n`]);
  });

  test("K6 url_file: a file that grows while it is read → exit 2: it is larger than 1 MB", async () => {
    const cwd = directoryWith('[crm.a]\nurl_file = "odd"\n');
    writeFileSync(join(cwd, "odd"), "x".repeat(999_990));
    const growing = setInterval(() => appendFileSync(join(cwd, "odd"), "x".repeat(100_000)), 1);
    await until(() => readFileSync(join(cwd, "odd")).length > 1_000_000);
    const { code, stderr } = await launch(["config", "check"], { cwd }).trial;
    clearInterval(growing);
    expect([code, stderr]).toEqual([2, expect.stringContaining("odd: it is larger than 1 MB\n")]);
  });

  test("K7 sslrootcert: 1.5 MB of certificates → not too large", async () => {
    const bundle = "/etc/ssl/certs/ca-certificates.crt";
    const cwd = directoryWith(
      `[crm.a]\nurl = "postgres://u@127.0.0.1:${peer.port}/d?sslmode=verify-full&sslrootcert=bundle.pem"\n`,
    );
    const certificate = await Bun.file(bundle)
      .text()
      .catch(() => "# none\n");
    writeFileSync(join(cwd, "bundle.pem"), certificate + "#".repeat(1_500_000));
    const { stderr } = await launch(["generate", "--no-store", "--timeout", "2"], { cwd }).trial;
    expect(stderr).not.toContain("larger than");
  });
});
