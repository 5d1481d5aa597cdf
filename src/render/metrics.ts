/** A pass as gauges in OpenMetrics 1.0 text, such as node_exporter's textfile collector reads. */
import { Registry } from "prom-client";
import { digestReport } from "../report/document/digest.ts";
import type { PassSummary } from "../report/document/pass-schema.ts";
import type { Report } from "../report/document/schema.ts";
import { createGauges, gaugeMaker, PREFIX, setCauses, setReport, setRules, setVerdict } from "./gauges.ts";

/** Series of the configuration's CRMs; of single rules only where they are asked for. */
export async function renderMetrics(pass: PassSummary, reports: Report[], perRule: boolean): Promise<string> {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const gauges = createGauges(registry);
  const passed = gaugeMaker(registry)(`${PREFIX}_pass_timestamp_seconds`, "When the newest pass began", []);
  passed.set(Date.parse(pass.started_at) / 1000);
  for (const { source: crm, status, verdict, seconds } of pass.outcomes) {
    gauges.up.set({ crm }, status === "made" ? 1 : 0);
    setVerdict(gauges, crm, verdict);
    if (seconds !== null) gauges.seconds.set({ crm }, seconds);
  }
  for (const report of reports) {
    setReport(gauges, report.metadata.source, digestReport(report), null);
    setCauses(gauges, report.metadata.source, pass.findings);
  }
  if (perRule) {
    setRules(
      registry,
      reports.flatMap(({ metadata: { source: crm }, rules }) =>
        rules.map(({ rule_name: rule, condition }) => ({ crm, rule, condition })),
      ),
    );
  }
  return await registry.metrics();
}
