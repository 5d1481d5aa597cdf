/**
 * Prints scripts/examples/grafana-dashboard.json, made with Grafana's own builders, whose types are Grafana's schema:
 * bun scripts/dashboard.ts > scripts/examples/grafana-dashboard.json
 */
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

const WHOLE_WIDTH = 24;
const HALF = WHOLE_WIDTH / 2;
const SOURCE = { type: "prometheus", uid: "${datasource}" };
/** Only what needs attention has a colour. */
const VERDICTS: [value: string, word: string, colour: string][] = [
  ["0", "ok", "transparent"],
  ["1", "unknown", "text"],
  ["2", "warning", "orange"],
  ["3", "critical", "red"],
];

/** How bad each CRM is, from 0 to 3. */
const WORST = VERDICTS.map(([value, word]) => `automation_reports_verdict{crm=~"$crm",verdict="${word}"} * ${value}`);

const query = (refId: string, expr: string, legend: string) =>
  new DataqueryBuilder().refId(refId).datasource(SOURCE).expr(expr).legendFormat(legend);

const lines = (title: string, description: string, unit: string, span = HALF) =>
  new TimeSeriesBuilder()
    .title(title)
    .description(description)
    .datasource(SOURCE)
    .unit(unit)
    .height(8)
    .span(span)
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    );

const figure = (title: string, description: string, unit: string, span: number) =>
  new StatBuilder()
    .title(title)
    .description(description)
    .datasource(SOURCE)
    .unit(unit)
    .height(4)
    .span(span)
    .colorMode(common.BigValueColorMode.None)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false));

export function describeDashboard(): dashboard.Dashboard {
  return new dashboard.DashboardBuilder("Automation reports")
    .uid("automation-reports")
    .description("What the automations of each CRM did, what failed, and whether it is still told.")
    .tags(["automation-reports"])
    .timezone("browser")
    .refresh("1m")
    .time({ from: "now-7d", to: "now" })
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .withVariable(new dashboard.DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"))
    .withVariable(
      new dashboard.QueryVariableBuilder("crm")
        .label("CRM")
        .datasource(SOURCE)
        .query("label_values(automation_reports_up, crm)")
        .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
        .sort(dashboard.VariableSort.AlphabeticalAsc)
        .multi(true)
        .includeAll(true),
    )
    .withPanel(
      new StateTimelineBuilder()
        .title("Verdict")
        .description("Of the newest report of each CRM; critical where the CRM could not be read.")
        .datasource(SOURCE)
        .height(8)
        .span(WHOLE_WIDTH)
        .mergeValues(true)
        .rowHeight(0.8)
        .showValue(common.VisibilityMode.Auto)
        .mappings([
          {
            type: dashboard.MappingType.ValueToText,
            options: Object.fromEntries(
              VERDICTS.map(([value, text, color], index) => [value, { text, color, index }] as const),
            ),
          },
        ])
        .withTarget(query("A", `sum by (crm) (${WORST.join(" or ")})`, "{{crm}}")),
    )
    .withPanel(
      figure("CRMs not read", "The newest pass could not read them.", "none", 6).withTarget(
        query("A", 'count(automation_reports_up{crm=~"$crm"} == 0) or vector(0)', ""),
      ),
    )
    .withPanel(
      figure("Reports too old", "Their schedules should have made a newer one.", "none", 6).withTarget(
        query("A", 'sum(automation_reports_report_stale{crm=~"$crm"})', ""),
      ),
    )
    .withPanel(
      figure("Critical findings", "In the newest report of each CRM.", "none", 6).withTarget(
        query("A", 'sum(automation_reports_findings{crm=~"$crm",severity="critical"})', ""),
      ),
    )
    .withPanel(
      figure("Missed runs", "Runs that schedules should have started in the window.", "none", 6).withTarget(
        query("A", 'sum(automation_reports_missed_runs{crm=~"$crm"})', ""),
      ),
    )
    .withPanel(
      lines("Success ratio", "Successful of finished runs in the window of the newest report.", "percentunit")
        .min(0)
        .max(1)
        .withTarget(query("A", 'automation_reports_success_ratio{crm=~"$crm"}', "{{crm}}")),
    )
    .withPanel(
      lines("Failed runs", "In the window of the newest report, partial ones among them.", "none").withTarget(
        query("A", 'automation_reports_actions{crm=~"$crm",status="failed"}', "{{crm}}"),
      ),
    )
    .withPanel(
      lines("Since the last success", "Of any rule of the CRM.", "s").withTarget(
        query("A", 'time() - automation_reports_last_success_timestamp_seconds{crm=~"$crm"}', "{{crm}}"),
      ),
    )
    .withPanel(
      lines("Reading the warehouse", "How long the newest pass took.", "s").withTarget(
        query("A", 'automation_reports_read_seconds{crm=~"$crm"}', "{{crm}}"),
      ),
    )
    .withPanel(
      lines("Schedules", "How late the newest slot was begun, or how long it has been due.", "s").withTarget(
        query("A", "automation_reports_schedule_lateness_seconds", "{{schedule}}"),
      ),
    )
    .withPanel(
      lines("The store", "How much room reports, passes and slots take.", "bytes").withTarget(
        query("A", "automation_reports_store_size_bytes", "store"),
      ),
    )
    .build();
}

if (import.meta.main) await Bun.write(Bun.stdout, `${JSON.stringify(describeDashboard(), null, 2)}\n`);
