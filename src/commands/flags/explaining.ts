/** What `explain` and `history explain` share: a rule or all rules of a report, explained. */
import type { ArgsDef } from "citty";
import { readMemoryOf } from "../../recall.ts";
import { readDocument } from "../../config/document.ts";
import { findConfig } from "../../config/find.ts";
import { suggestName } from "../../config/nearest.ts";
import { listSettings } from "../../config/show.ts";
import { AppError } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import type { Log } from "../../log.ts";
import { INTERRUPTED, LONGEST_BASELINE_MS, runPass } from "../../pass.ts";
import type { OwnFinding } from "../../render/terminal/explanation.ts";
import type { Format, View } from "../../render/view.ts";
import { adviseOnFinding } from "../../report/advice/advice.ts";
import { orderRules } from "../../report/pass/attention.ts";
import { explainRule, type Origins } from "../../report/explain.ts";
import { sayRulesListed } from "../../report/document/left-out.ts";
import type { Report } from "../../report/document/schema.ts";
import { trySetting, type Setting } from "../../report/advice/setting.ts";
import { listNames } from "../../text/figures.ts";
import { writeJson } from "../../text/json.ts";
import { quoteWord, showText } from "../../text/terminal.ts";
import { nameTable } from "../../text/toml.ts";
import { SECOND_MS } from "../../time/units.ts";
import { lengthOf } from "../../time/window.ts";
import type { Call } from "./command.ts";
import { loadChosen } from "./crms.ts";
import { readWindow, readZone, repeatFlags } from "./flags.ts";
import type { Runtime } from "./runtime.ts";

type Asked = {
  crm: string;
  /** Null: all of them. */
  rule: string | null;
  flags: Parameters<typeof loadChosen>[0] & {
    "time-window": string;
    "as-of"?: string | undefined;
    timezone?: string | undefined;
    format: Format;
  };
};

/** So long the others are waited for once the CRM that is asked about was read: they only say what else happened then. */
const OTHERS_MS = 2 * SECOND_MS;

/** Reads all CRMs and explains the rule, or all rules, of one. Null: that one could not be read, which is logged. */
export async function explainNow(
  { crm, rule, flags }: Asked,
  call: Omit<Call<ArgsDef>, "args">,
): Promise<string | null> {
  const { runtime, log, nowMs, viewOf } = call;
  const window = readWindow(flags["time-window"], flags["as-of"], nowMs);
  const zone = readZone(flags.timezone);
  const { config, crms } = await loadChosen({ ...flags, crm: undefined }, runtime, log);
  const names = crms.map(({ name }) => name);
  if (!names.includes(crm)) {
    throw new AppError("usage", `CRM ${quoteTyped(crm)} is not configured: ${suggestName(crm, names)}`);
  }
  let settingFor: Explaining["settingFor"] = null;
  const withoutPast = new Set<string>();
  const first = crms.toSorted((a, b) => Number(b.name === crm) - Number(a.name === crm));
  using patience = limitOthers(crm);
  const { document, reports } = await runPass({
    config,
    crms: first,
    window,
    nowMs,
    detailed: true,
    // The rule may be none of the most urgent ones, to which a report is bound.
    isWhole: rule !== null,
    baseline: lengthOf(window) <= LONGEST_BASELINE_MS ? "week" : null,
    exportTo: null,
    readMemory: config.store.configured ? readMemoryOf(config.store) : null,
    log,
    signal: AbortSignal.any([runtime.signal, patience.signal]),
    reportInterrupted: true,
    onReading: patience.onReading,
    showsFailures: true,
    onMade: ({ name }, settings, rejudge, pastProblem) => {
      if (pastProblem !== null) withoutPast.add(name);
      if (name === crm) settingFor = (one, made) => trySetting(one, made, settings, rejudge);
    },
  });
  if (runtime.signal.aborted) throw new AppError("interrupted", "interrupted: nothing was explained");
  const report = reports.find(({ metadata }) => metadata.source === crm);
  if (report === undefined || report.metadata.status === "fallback") {
    const reason = document.outcomes.find(({ source }) => source === crm)?.reason ?? "";
    log.error(`${crm} could not be read: ${reason}`, {}, { crm, reason });
    return null;
  }
  if (patience.signal.aborted) {
    const away = document.outcomes.filter(({ status, reason }) => status === "failed" && reason === INTERRUPTED);
    const sources = away.map(({ source }) => source);
    const were = sources.length === 1 ? "was" : "were";
    const said = `${listNames(sources)} ${were} not read within ${OTHERS_MS / SECOND_MS} s of ${crm}`;
    if (sources.length > 0)
      log.warn(`${said}: what happened there at that time is not told`, {}, { crms: sources.join(",") });
  }
  const origins = await findOrigins(flags, runtime, crm, rule);
  // Judged without its past a rule may have changed at another time than its report says.
  const others = reports.filter((other) => other !== report && !withoutPast.has(other.metadata.source));
  const view = viewOf({ timezone: zone ?? config.displayTimezone, repeat: repeatFlags(flags) });
  const command = `explain ${quoteWord(crm)}`;
  return await explainRules({ report, others, rule, origins, settingFor, format: flags.format, view, command, log });
}

/** Aborts some time after the reading of the CRM has ended. */
function limitOthers(crm: string): { signal: AbortSignal; onReading: (names: string[]) => void } & Disposable {
  const stop = new AbortController();
  let hasBegun = false;
  let timer: Timer | null = null;
  return {
    signal: stop.signal,
    onReading: (names) => {
      if (names.includes(crm)) hasBegun = true;
      else if (hasBegun) timer ??= setTimeout(() => stop.abort(), OTHERS_MS);
    },
    [Symbol.dispose]: () => clearTimeout(timer ?? undefined),
  };
}

export type Explaining = {
  report: Report;
  /** Of the same window. */
  others: Report[];
  /** Null: all. */
  rule: string | null;
  origins: Origins;
  /** What of the configuration would change the judgement on a rule of the report; null: the rows to try it on are not at hand. */
  settingFor: ((rule: Report["rules"][number], report: Report) => Setting) | null;
  format: Format;
  view: View;
  /** Which explains one rule, such as `explain hubspot`. */
  command: string;
  log: Log;
};

/** The text to print. Throws an `AppError` where the report has no such rule. */
export async function explainRules({
  report,
  others,
  rule: typed,
  origins,
  settingFor,
  format,
  view,
  command,
  log,
}: Explaining): Promise<string> {
  // A list for a reader begins with what the report tells first.
  const names = (format === "json" ? report.rules : orderRules(report)).map(({ rule_name: name }) => name);
  const listed = sayRulesListed(report);
  const other = `automation-reports explain ${quoteWord(report.metadata.source)} RULE reads any of them`;
  const rule = typed === null ? null : findRule(report, typed);
  if (typed !== null && rule === null) {
    const { source } = report.metadata;
    if (listed !== null)
      throw new AppError("usage", `the report on ${source} ${listed}, and no ${quoteTyped(typed)}: ${other}`);
    const known = names.length === 0 ? "no rule is known" : suggestName(typed, names);
    throw new AppError("usage", `${source} has no rule ${quoteTyped(typed)}: ${known}`);
  }
  const chosen = rule === null ? names : [rule];
  const known = chosen.flatMap((name) => explainRule(report, name, others, origins) ?? []);
  // Each is judged again several times: of all rules that is done for one that is asked for by its name.
  const explanations = known.map((one) =>
    rule === null || settingFor === null ? one : { ...one, ...settingFor(one.rule, report) },
  );
  if (rule === null && listed !== null) log.warn(`the report on ${report.metadata.source} ${listed}: ${other}`);
  if (format === "json") return writeJson(explanations);
  const { renderExplanation, renderRules } = await import("../../render/terminal/explanation.ts");
  const [only] = explanations;
  return rule !== null && only !== undefined
    ? renderExplanation(only, view)
    : renderRules(explanations, listOwnFindings(report), command, view);
}

/** The name of the report's rule that is meant: a name with signs that no terminal shows is typed as it is shown. */
export function findRule({ rules }: Report, typed: string): string | null {
  const names = rules.map(({ rule_name: name }) => name);
  return names.includes(typed) ? typed : (names.find((name) => showText(name) === typed) ?? null);
}

/** Why the CRM itself is flagged, whatever its rules are. */
function listOwnFindings(report: Report): OwnFinding[] {
  return report.findings.flatMap(({ rule_name: rule, severity, message }, index) =>
    rule === null && severity !== "info" ? [{ severity, message, advice: adviseOnFinding(report, index) }] : [],
  );
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
      return `${found.origin === "defaults" ? "[defaults]" : nameTable(path.slice(0, -1))}, line ${found.position?.line ?? "?"}`;
    }
    return null;
  };
}
