/** What Prometheus is told by the compiled binary: by Debian's own, with the rules and the dashboard that are handed out. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describeDashboard } from "../../scripts/dashboard.ts";
import { isWell, SCHEDULE_STATUSES } from "../../src/schedule/judge.ts";
import { serveDemo, type Served } from "../making/api-server.ts";
import { freshDirectory } from "../making/cli.ts";
import { hasPrometheus, promtool, startPrometheus } from "../making/prometheus.ts";
import { killLaunched } from "../making/scheduler.ts";

const EXAMPLES = resolve(import.meta.dir, "../../scripts/examples");
const ALERTS = readFileSync(`${EXAMPLES}/prometheus-alerts.yml`, "utf8");
const SCRAPE = readFileSync(`${EXAMPLES}/prometheus-scrape.yml`, "utf8");
const DASHBOARD = readFileSync(`${EXAMPLES}/grafana-dashboard.json`, "utf8");
const SERIES = 4;

let served: Served;
let text = "";

beforeAll(async () => {
  served = await serveDemo({
    config: `rule_series = ${SERIES}\n`,
    crms: '[crm.away]\nurl = "postgresql://reader@127.0.0.1:1/none"\ntimeout = "2s"\n',
  });
  text = await (await fetch(`${served.base}/metrics`)).text();
});

afterAll(async () => {
  expect(await served.stop()).toBe(0);
  killLaunched();
});

/** Without labels and values. */
const namesIn = (metrics: string) =>
  new Set(metrics.split("\n").flatMap((line) => /^([a-z_]+)(?:\{| )/.exec(line)?.[1] ?? []));

describe("the text", () => {
  test("each CRM has the same series, whether it could be read or not", () => {
    const of = (crm: string) =>
      text.split("\n").filter((line) => line.includes(`crm="${crm}"`) && !line.includes("rule="));
    const count = (crm: string) => of(crm).map((line) => line.replace(/ .*/, "").replace(crm, ""));
    expect(count("away")).toEqual(count("hubspot"));
    expect(text).toContain('automation_reports_up{crm="away"} 0\n');
    expect(text).toContain('automation_reports_up{crm="hubspot"} 1\n');
    expect(text).toContain('automation_reports_verdict{crm="away",verdict="unknown"} 1\n');
    expect(text).toContain('automation_reports_success_ratio{crm="away"} Nan\n');
  });

  test("rules have as many series as were asked for, the most severe first", () => {
    const rules = text.split("\n").filter((line) => line.startsWith("automation_reports_rule_condition{"));
    expect(rules.length).toBe(SERIES * 10);
    expect(rules).toContain('automation_reports_rule_condition{crm="genius",rule="users",condition="failing"} 1');
  });

  test("how the statuses of actions add up is said", () => {
    expect(text).toMatch(/^# HELP automation_reports_actions .*; partial is among failed, .* the total$/m);
  });

  test("only names of ours and of the process", () => {
    const others = [...namesIn(text)].filter((name) => !/^(?:automation_reports|process)_/.test(name));
    expect(others).toEqual([]);
  });
});

describe.skipIf(!hasPrometheus)("Debian's promtool", () => {
  test("finds no fault in the metrics", async () => {
    expect(await promtool(["check", "metrics"], "/", text)).toEqual({ code: 0, said: "" });
  });

  test("accepts the rules and the scrape configuration", async () => {
    expect((await promtool(["check", "rules", "prometheus-alerts.yml"], EXAMPLES)).said).toContain(
      "SUCCESS: 10 rules found",
    );
    expect((await promtool(["check", "config", "prometheus-scrape.yml"], EXAMPLES)).code).toBe(0);
  });

  test("tells of a schedule in every status that needs a look, and of no other", async () => {
    const alert = { alertname: "AutomationReportsScheduleFails", alertstate: "firing" };
    const judged = SCHEDULE_STATUSES.map((status) => ({ schedule: `is-${status}`, slotMs: null, message: "", status }));
    const write = (name: string, labels: Record<string, string>) =>
      `${name}{${Object.entries(labels)
        .map(([label, value]) => `${label}="${value}"`)
        .join(",")}}`;
    const tests = {
      rule_files: ["alerts.yml"],
      tests: [
        {
          interval: "1m",
          input_series: judged.map(({ schedule, status }) => ({
            series: write("automation_reports_schedule_status", { schedule, status }),
            values: "1x60",
          })),
          promql_expr_test: [
            {
              expr: write("ALERTS", alert),
              eval_time: "30m",
              exp_samples: judged
                .filter((judgement) => !isWell(judgement))
                .map(({ schedule, status }) => {
                  const severity = status === "late" || status === "failed" ? "critical" : "warning";
                  return { labels: write("ALERTS", { ...alert, severity, schedule, status }), value: 1 };
                }),
            },
          ],
        },
      ],
    };
    const directory = freshDirectory();
    writeFileSync(join(directory, "alerts.yml"), ALERTS);
    writeFileSync(join(directory, "tests.yml"), JSON.stringify(tests));
    expect((await promtool(["test", "rules", "tests.yml"], directory)).said).toContain("SUCCESS");
  });

  test("accepts every query of the dashboard", async () => {
    const queries = [...DASHBOARD.matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].map(
      ([, expr = ""]) => JSON.parse(`"${expr}"`) as string,
    );
    expect(queries.length).toBe(11);
    const rules = queries.map((expr, n) => ({ record: `probe:query${n}`, expr: expr.replaceAll("$crm", ".*") }));
    const directory = freshDirectory();
    writeFileSync(join(directory, "rules.yml"), JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    expect((await promtool(["check", "rules", "rules.yml"], directory)).said).toContain("SUCCESS: 11 rules found");
  });
});

test("the rules and the dashboard ask for nothing that is not served", () => {
  const served = namesIn(text);
  const asked = [...`${ALERTS}${DASHBOARD}`.matchAll(/\bautomation_reports_[a-z_]+/g)].map(([name]) => name);
  expect([...new Set(asked)].filter((name) => !served.has(name))).toEqual([]);
});

test("the dashboard is what Grafana's own builders make of it", () => {
  expect(JSON.parse(DASHBOARD)).toEqual(JSON.parse(JSON.stringify(describeDashboard())));
});

test.skipIf(!hasPrometheus)("a real Prometheus scrapes, and the rules fire on what is prepared", async () => {
  const target = served.base.replace("http://", "");
  const config = SCRAPE.replaceAll(": 1m", ": 1s").replace("127.0.0.1:8787", target);
  expect(config).toContain(target);
  // What is prepared holds already: nothing is waited for but the scrape.
  const prometheus = await startPrometheus(config, {
    "prometheus-alerts.yml": ALERTS.replaceAll(/for: \w+/g, "for: 0s"),
  });
  try {
    type Alerts = {
      data: { alerts: { state: string; labels: Record<string, string>; annotations: Record<string, string> }[] };
    };
    const firing = async () => {
      const { data } = (await prometheus.query("alerts")) as Alerts;
      return data.alerts
        .filter(({ state }) => state === "firing")
        .map(({ labels }) => `${labels["alertname"]} ${labels["crm"] ?? labels["schedule"] ?? ""}`.trim())
        .toSorted();
    };
    const expected = [
      "AutomationReportsCrmCritical genius",
      "AutomationReportsCrmCritical hubspot",
      "AutomationReportsCrmUnread away",
      "AutomationReportsRunsMissed hubspot",
    ];
    const until = performance.now() + 30_000;
    for (let found: string[] = []; !expected.every((alert) => found.includes(alert)); found = await firing()) {
      if (performance.now() > until) throw new Error(`firing: ${found.join(", ")}`);
      await Bun.sleep(100);
    }
    expect(await firing()).not.toContain("AutomationReportsAbsent");
    type Series = { data: { result: { metric: Record<string, string>; value: [number, string] }[] } };
    const { data } = (await prometheus.query(`query?query=${encodeURIComponent("automation_reports_up")}`)) as Series;
    expect(data.result.map(({ metric, value }) => `${metric["crm"]} ${value[1]}`).toSorted()).toEqual([
      "arrivy 1",
      "away 0",
      "callrail 1",
      "genius 1",
      "hubspot 1",
    ]);
  } finally {
    await prometheus.stop();
  }
});
