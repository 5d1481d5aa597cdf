/** What several CRMs have in common, by hand-made rows. */
import { describe, expect, test } from "bun:test";
import { at, cron, DAY, ENGINES, HOUR, makeWarehouse, MINUTE, repeat } from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { readPass } from "../making/passes.ts";

const CRMS = ["hubspot", "genius", "arrivy"];
const failed = { status: "failed", processed: 0, error: "could not connect to server: Connection refused" };

describe.each(ENGINES)("%s", (engine) => {
  test.each([
    {
      name: "hourly rules that fail since 12:10",
      every: HOUR,
      from: "06-20 00:10",
      since: "07-10 12:10",
      heals: "",
      over: false,
    },
    {
      name: "nightly rules that failed at 02:00",
      every: DAY,
      from: "06-01 02:00",
      since: "07-10 02:00",
      heals: "",
      over: false,
    },
    {
      name: "hourly rules that failed from 12:10 to 18:10",
      every: HOUR,
      from: "06-20 00:10",
      since: "07-10 12:10",
      heals: "07-10 19:10",
      over: true,
    },
  ])("shared-outage-called-over: $name, over: $over", async ({ every, from, since, heals, over }) => {
    const runs = CRMS.flatMap((crm) =>
      repeat({ crm, from, to: "07-10 20:59", every }, (start) =>
        start >= at(since) && (heals === "" || start < at(heals)) ? failed : {},
      ),
    );
    await using warehouse = await makeWarehouse(engine, { runs });
    const cwd = directoryWith(CRMS.map((crm) => `[crm.${crm}]\nurl = "${warehouse.url}"\n`).join(""));
    const asked = ["generate", "--no-store", "--as-of", at("07-10 21:00")];
    const { findings } = readPass((await runCli([...asked, "--format", "json"], { cwd })).stdout);
    expect(findings).toMatchObject([
      { id: "failures-shared", severity: over ? "warning" : "critical", evidence: { sources: CRMS, over } },
    ]);
    const { stdout: screen } = await runCli(asked, { cwd });
    expect(screen.includes(", over: ")).toBe(over);
    expect(screen.includes(", going on: ")).toBe(!over);
  });

  test("what has failed for days shares no cause with what began to fail today", async () => {
    const begins: Record<string, string> = { hubspot: "07-10 12:00", genius: "07-08 00:00", arrivy: "07-10 12:00" };
    const runs = CRMS.flatMap((crm) =>
      repeat({ crm, from: "07-06 00:00", to: "07-10 20:55", every: 5 * MINUTE }, (start) =>
        start >= at(begins[crm] ?? "") ? failed : {},
      ),
    );
    await using warehouse = await makeWarehouse(engine, { runs });
    const cwd = directoryWith(CRMS.map((crm) => `[crm.${crm}]\nurl = "${warehouse.url}"\n`).join(""));
    const asked = ["generate", "--no-store", "--as-of", at("07-10 21:00"), "--format", "json"];
    const { findings } = readPass((await runCli(asked, { cwd })).stdout);
    expect(findings).toMatchObject([
      { id: "failures-shared", severity: "critical", evidence: { sources: ["hubspot", "arrivy"], over: false } },
    ]);
  });

  test("silence-shared-called-over: what started nowhere from 12:00 to 18:00 is one finding, and one line", async () => {
    const rules = ["contacts", "deals", "leads"];
    const isAway = (start: string) => start > at("07-10 12:00") && start < at("07-10 18:00");
    const runs = CRMS.flatMap((crm) =>
      rules.flatMap((rule) => repeat({ crm, rule, from: "06-20 00:00", to: "07-10 20:45", every: HOUR / 2 })),
    ).filter(({ start }) => !isAway(start));
    const schedules = CRMS.flatMap((crm) => rules.map((rule) => cron("*/30 * * * *", rule, { crm })));
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const cwd = directoryWith(CRMS.map((crm) => `[crm.${crm}]\nurl = "${warehouse.url}"\n`).join(""));
    const told: unknown[] = [];
    for (const as of ["07-10 17:00", "07-10 21:00"]) {
      const asked = ["generate", "--no-store", "--as-of", at(as), "--format", "json"];
      const { findings } = readPass((await runCli(asked, { cwd })).stdout);
      told.push(findings.map(({ id, severity, message }) => `${id} ${severity} ${message.replace(/: is.*/, "")}`));
    }
    expect(told).toEqual([
      [
        "silence-shared critical One cause for 3 CRMs (hubspot, genius, arrivy): nothing has started in them since 10 Jul 2026 12:00",
      ],
      [
        "silence-shared warning One cause for 3 CRMs (hubspot, genius, arrivy): nothing started from 12:00 to 18:00, over now",
      ],
    ]);
    const { stdout: screen } = await runCli(["generate", "--no-store", "--as-of", at("07-10 21:00")], { cwd });
    expect(screen).toMatch(/^! hubspot, genius, arrivy +nothing started 12:00–18:00, over$/m);
    expect(screen).not.toContain("rules missed");
  });
});

test.each(ENGINES)(
  "%s: few-rules-stop: CRMs of one rule or two that started nothing since noon have one cause",
  async (engine) => {
    const of = (crm: string, to: string) => [
      ...repeat({ crm, from: "06-20 00:00", to, every: HOUR }),
      ...(crm === "genius" ? repeat({ crm, rule: "nightly", from: "06-20 02:00", to: "07-10 02:00", every: DAY }) : []),
    ];
    const look = async (last: Record<string, string>) => {
      const schedules = CRMS.map((crm) => cron("0 * * * *", "contacts", { crm }));
      const runs = Object.entries(last).flatMap(([crm, to]) => of(crm, to));
      await using warehouse = await makeWarehouse(engine, { runs, schedules });
      const cwd = directoryWith(CRMS.map((crm) => `[crm.${crm}]\nurl = "${warehouse.url}"`).join("\n"));
      const ended = await runCli(["generate", "--no-store", "--as-of", at("07-10 21:00"), "--format", "json"], { cwd });
      return readPass(ended.stdout).findings.map(({ id, severity, message }) => [id, severity, message]);
    };
    expect(await look({ hubspot: "07-10 12:00", genius: "07-10 12:00", arrivy: "07-10 12:00" })).toEqual([
      [
        "silence-shared",
        "critical",
        "One cause for 3 CRMs (hubspot, genius, arrivy): nothing has started in them since 10 Jul 2026 12:00: is the scheduler alive?",
      ],
    ]);
    // At three times, and one alone.
    expect(await look({ hubspot: "07-10 03:00", genius: "07-10 12:00", arrivy: "07-09 12:00" })).toEqual([]);
    expect(await look({ hubspot: "07-10 12:00", genius: "07-10 20:00", arrivy: "07-10 20:00" })).toEqual([]);
  },
);
