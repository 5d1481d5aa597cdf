/** What `config init` prints is a configuration, with its comments and without them. */
import { expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { writeTemplate } from "../../src/config/template.ts";

const WIDEST = 120;
const directory = mkdtempSync(join(tmpdir(), "automation-reports-template-"));
const path = join(directory, "automation-reports.toml");
const variables = { WAREHOUSE_URL: "postgres://u@h/d" };
writeFileSync(
  join(directory, "holidays.ics"),
  "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR\n",
);
writeFileSync(join(directory, "genius-url"), "postgres://u@g/d\n");

const template = writeTemplate();

test("as it is printed it has one CRM and every default", async () => {
  writeFileSync(path, template);
  const config = await loadConfig(path, variables);
  writeFileSync(path, '[crm.hubspot]\nurl = "${WAREHOUSE_URL}"\n');
  expect(config).toEqual(await loadConfig(path, variables));
});

test("with its comments taken off everything in it holds", async () => {
  writeFileSync(path, template.replaceAll(/^# (?=\[|[a-z_]+ = )/gm, ""));
  const { concurrency, crms, schedules, export: exporting, store } = await loadConfig(path, variables);
  expect(
    crms.map(({ name, preset, statementTimeoutMs, staleAfterMs }) => [name, preset, statementTimeoutMs, staleAfterMs]),
  ).toEqual([
    ["hubspot", "sync-history", 20_000, 7_200_000],
    ["genius", "auto", 20_000, 7_200_000],
  ]);
  expect(crms.map(({ holidays, retiredRules }) => [holidays, retiredRules])).toEqual([
    [["2026-12-25"], ["old_export"]],
    [["2026-12-25"], []],
  ]);
  expect(concurrency).toBe(4);
  expect(crms.map(({ rules }) => rules)).toEqual([
    {
      contacts: {
        expect: "every 4 hours",
        warnAfterMs: 5 * 3_600_000,
        errorAfterMs: 12 * 3_600_000,
        staleAfterMs: 3_600_000,
      },
    },
    {},
  ]);
  expect(schedules.map(({ name, cron, timezone }) => [name, cron, timezone])).toEqual([
    ["morning", ["0 7 * * 1-5"], "Europe/Berlin"],
  ]);
  expect(exporting).toEqual({ enabled: true, dir: join(directory, "logs/automation_reports"), keep: 100 });
  expect(store).toEqual({
    target: { kind: "sqlite", path: "/var/lib/automation-reports/reports.sqlite" },
    retentionMs: 90 * 86_400_000,
    memoryMs: 400 * 86_400_000,
    group: null,
    configured: true,
  });
});

test.each([
  "[crm.hubspot]                             # One table for each CRM, by its name",
  'url = "${WAREHOUSE_URL}"                  # postgresql://user:password@host:5432/database or sqlite:PATH',
  "# crm_source = \"hubspot\"                  # The CRM's value in the warehouse. By default the CRM's name",
  '# timeout = "30s"                         # Limit for the CRM\'s whole reading, connection included',
  "# concurrency = 4                         # How many CRMs are read at once",
  "# [crm.hubspot.rules.contacts]            # Settings of single rules: one table for each, by the rule's name",
  "# [[schedule]]                            # When reports are made by themselves",
  '# path = "/var/lib/automation-reports/reports.sqlite" # An SQLite file',
])("a line says what the schema says: %s", (line) => {
  expect(template.split("\n")).toContain(line);
});

test("no line is wider than a page of the manual", () => {
  expect(template.split("\n").filter((line) => line.length > WIDEST)).toEqual([]);
});
