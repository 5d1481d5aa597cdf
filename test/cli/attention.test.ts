/** The operator of twelve CRMs: which need him, and why, in one screen. Trap 9: what fails together has one cause. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { directoryWith, runCli } from "../making/cli.ts";
import { startPostgres, type PostgresServer } from "../making/postgres-server.ts";
import { fillSyncHistory, run, type RunRow } from "../making/warehouses.ts";

const END = Date.parse("2026-07-10T21:00:00Z");
const CRMS = [
  "arrivy",
  "callrail",
  "five9",
  "genius",
  "gsheet",
  "hubspot",
  "leadconduit",
  "marketsharp",
  "salespro",
  "salesrabbit",
  "zendesk",
  "zoho",
];
const SCREEN = { columns: 80, lines: 24 };

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => await server.stop());

/** Both windows, every hour, but for the hours before the end that are left out. */
function hourly(crm: string, leftOut: (hoursAgo: number) => boolean = () => false): RunRow[] {
  return Array.from({ length: 48 }, (_, hoursAgo) => hoursAgo)
    .filter((hoursAgo) => !leftOut(hoursAgo))
    .map((hoursAgo) => {
      const start = END - hoursAgo * 3_600_000 - 1_800_000;
      return run({
        crm,
        rule: "contacts",
        start: new Date(start).toISOString(),
        end: new Date(start + 30_000).toISOString(),
        processed: 100,
      });
    });
}

/** All at the same minutes, whatever the CRM: the proxy was away. */
function away(crm: string): RunRow[] {
  return Array.from({ length: 3 }, (_, minute) =>
    run({
      crm,
      rule: "deals",
      status: "failed",
      start: new Date(END - 13 * 3_600_000 + minute * 60_000).toISOString(),
      end: new Date(END - 13 * 3_600_000 + minute * 60_000 + 1000).toISOString(),
      error: "Could not connect to proxy.internal:3128: Connection refused",
    }),
  );
}

/** What an operator sees of the twelve in a terminal of 80 columns; the prompt takes one more line. */
async function show(rows: RunRow[], { gone = [] as string[], unreachable = [] as string[] } = {}) {
  const database = await server.createDatabase();
  await fillSyncHistory("H")(database.sql, rows, []);
  const tables = CRMS.map((crm) => {
    const url = gone.includes(crm)
      ? database.url.replace(/\/test_\d+/, "/w12")
      : unreachable.includes(crm)
        ? "postgresql://reports:x@127.0.0.1:1/w12?sslmode=disable"
        : null;
    return `[crm.${crm}]\n${url === null ? "" : `url = "${url}"\n`}`;
  });
  const cwd = directoryWith(`[defaults]\nurl = "${database.url}"\n${tables.join("")}`);
  const { code, stdout, stderr } = await runCli(["generate", "--as-of", new Date(END).toISOString()], {
    cwd,
    env: { COLUMNS: String(SCREEN.columns) },
  });
  const lines = stdout.trimEnd().split("\n");
  const prompt = 1;
  expect(lines.length + prompt).toBeLessThanOrEqual(SCREEN.lines);
  expect(lines.filter((line) => Bun.stringWidth(line) > SCREEN.columns)).toEqual([]);
  return { code, stderr, lines };
}

const NEXT = `--as-of ${new Date(END).toISOString()}`;
const alive = CRMS.flatMap((crm) => (crm === "zoho" ? hourly(crm, (hoursAgo) => hoursAgo < 24) : hourly(crm)));

test("three of twelve: two that failed together, said once, and one that stopped", async () => {
  const { code, lines } = await show([...alive, ...away("five9"), ...away("genius")]);
  expect(code).toBe(0);
  expect(lines).toEqual([
    "12 CRMs · 24 h to 10 Jul 2026 21:00 UTC · 270 runs, 6 failed · 3 warning, 9 ok",
    "! five9, genius  connection errors 08:00–08:03, over: Could not connect to",
    "                 proxy.internal:3128: Connection refused",
    "! zoho  no runs  contacts stopped 1d ago",
    "✓ arrivy, callrail, gsheet, hubspot, leadconduit, marketsharp, salespro,",
    "  salesrabbit, zendesk",
    expect.stringMatching(/^! warning · 12 CRMs read · made in \d+\.\d\d s$/),
    `Next: automation-reports explain zoho contacts ${NEXT}`,
  ]);
});

test("two of the twelve cannot be read: they stand first, each told once, and the verdict is last", async () => {
  const unread = { gone: ["genius"], unreachable: ["hubspot"] };
  const { code, lines } = await show([...alive, ...away("five9"), ...away("callrail")], unread);
  expect(code).toBe(3);
  expect(lines.slice(0, 2)).toEqual([
    "12 CRMs · 24 h to 10 Jul 2026 21:00 UTC · 222 runs, 6 failed",
    "2 not read, 3 warning, 7 ok",
  ]);
  expect(lines.filter((line) => /^[✗!✓?] /.test(line)).map((line) => line.split("  ")[0])).toEqual([
    "✗ genius",
    "✗ hubspot",
    "! callrail, five9",
    "! zoho",
    "✓ arrivy, gsheet, leadconduit, marketsharp, salespro, salesrabbit, zendesk",
    expect.stringMatching(/^✗ critical · 10 of 12 CRMs read · made in \d+\.\d\d s$/),
  ]);
  expect(lines.find((line) => line.startsWith("✗ hubspot"))).toMatch(
    /^✗ hubspot +not read +127\.0\.0\.1:1 refuses the connection/,
  );
  for (const crm of unread.gone) expect(lines.join("\n").match(new RegExp(`^. ${crm}`, "gm"))).toHaveLength(1);
  expect(lines.at(-1)).toBe(`Next: automation-reports check --crm genius`);
});

test("all but one are bad, each in its own way: still one screen, the unread ones first", async () => {
  const failing = CRMS.slice(2, 11).flatMap((crm, index) =>
    Array.from({ length: 6 }, (_, run_) =>
      run({
        crm,
        rule: "a_rule_with_a_name_of_some_length",
        status: "failed",
        start: new Date(END - (6 * index + run_ + 1) * 601_000).toISOString(),
        end: new Date(END - (6 * index + run_ + 1) * 601_000 + 1000).toISOString(),
        error: `${crm} answers with words that nobody else says: ${"and goes on ".repeat(9)}`,
      }),
    ),
  );
  const { lines } = await show([...alive, ...failing], { gone: ["arrivy"], unreachable: ["callrail"] });
  const first = lines.filter((line) => /^[✗!] [a-z]/.test(line)).map((line) => line.split(" ", 2)[1]);
  expect(first.slice(0, 2)).toEqual(["arrivy", "callrail"]);
  expect(CRMS.filter((crm) => first.filter((name) => name === crm).length === 1)).toEqual(CRMS);
});
