/** The operator of twelve CRMs: which three need him, and why, in one screen. Trap 9: what fails together has one cause. */
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

test("three of twelve: two that failed together, said once, and one that stopped", async () => {
  const database = await server.createDatabase();
  const rows = CRMS.flatMap((crm) => (crm === "zoho" ? hourly(crm, (hoursAgo) => hoursAgo < 24) : hourly(crm)));
  await fillSyncHistory("H")(database.sql, [...rows, ...away("five9"), ...away("genius")], []);
  const tables = CRMS.map((crm) => `[crm.${crm}]\n`).join("");
  const cwd = directoryWith(`[defaults]\nurl = "${database.url}"\n${tables}`);
  const { code, stdout, stderr } = await runCli(["generate", "--as-of", new Date(END).toISOString()], {
    cwd,
    env: { COLUMNS: String(SCREEN.columns) },
  });
  expect(code, stderr).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.slice(2, 6)).toEqual([
    "3 of 12 CRMs need you: five9 (1 warning), genius (1 warning), zoho (1 warning)",
    "! One cause for 2 CRMs (five9, genius): they failed with connection errors from",
    "10 Jul 2026 08:00 to 08:03: Could not connect to proxy.internal:3128: Connection",
    "refused",
  ]);
  expect(lines.slice(-5, -2)).toEqual([
    expect.stringMatching(/^zoho /),
    "  └ contacts: last success 1d ago, expected within 3h by its usual",
    "    interval",
  ]);
  const prompt = 1;
  expect(lines.length - lines.indexOf("") - 1 + prompt).toBeLessThanOrEqual(SCREEN.lines);
  expect(lines.filter((line) => Bun.stringWidth(line) > SCREEN.columns)).toEqual([]);
}, 30_000);
