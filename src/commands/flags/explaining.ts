/** What `explain` and `history explain` share: a rule or all rules of a report, explained. */
import { readDocument } from "../../config/document.ts";
import { findConfig } from "../../config/find.ts";
import { suggestName } from "../../config/nearest.ts";
import { listSettings } from "../../config/show.ts";
import { AppError } from "../../errors.ts";
import type { Format, View } from "../../render/view.ts";
import { explainRule, type Origins } from "../../report/explain.ts";
import type { Report } from "../../report/schema.ts";
import { writeJson } from "../../text/json.ts";
import { quoteText } from "../../text/terminal.ts";
import type { Runtime } from "./runtime.ts";

export type Explaining = {
  report: Report;
  /** Of the same window. */
  others: Report[];
  /** Null: all. */
  rule: string | null;
  origins: Origins;
  format: Format;
  view: View;
  /** Which explains one rule, such as `explain hubspot`. */
  command: string;
};

/** The text to print. Throws an `AppError` where the report has no such rule. */
export async function explainRules({
  report,
  others,
  rule,
  origins,
  format,
  view,
  command,
}: Explaining): Promise<string> {
  const names = report.rules.map(({ rule_name: name }) => name);
  if (rule !== null && !names.includes(rule)) {
    const known = names.length === 0 ? "no rule is known" : suggestName(rule, names);
    throw new AppError("usage", `${report.metadata.source} has no rule ${quoteText(rule)}: ${known}`);
  }
  const chosen = rule === null ? names : [rule];
  const explanations = chosen.flatMap((name) => explainRule(report, name, others, origins) ?? []);
  if (format === "json") return writeJson(explanations);
  const { renderExplanation, renderRules } = await import("../../render/terminal/explanation.ts");
  const [only] = explanations;
  return rule !== null && only !== undefined ? renderExplanation(only, view) : renderRules(explanations, command, view);
}

/** Which line of the configuration sets a limit of the rule: its own table's, the CRM's or that of `[defaults]`. */
export async function findOrigins(
  flags: { config?: string | undefined },
  { environment: { variables } }: Runtime,
  crm: string,
  rule: string | null,
): Promise<Origins> {
  const document = await readDocument(findConfig(flags.config, variables), variables);
  const settings = await listSettings(document);
  return (key) => {
    const paths = [...(rule === null ? [] : [["crm", crm, "rules", rule, key]]), ["crm", crm, key]];
    for (const path of paths) {
      const found = settings.find((setting) => Bun.deepEquals(setting.path, path) && setting.origin !== "built-in");
      if (found === undefined || found.value === null) continue;
      return `${found.origin === "defaults" ? "[defaults]" : `[${path.slice(0, -1).join(".")}]`}, line ${found.position?.line ?? "?"}`;
    }
    return null;
  };
}
