/** What is remembered, as lines for a terminal. */
import { formatBytes, formatCount, formatDuration, formatMinute, formatPlural } from "../../text/figures.ts";
import { showText } from "../../text/terminal.ts";
import type { MemorySummary } from "../../report/memory/summary.ts";
import type { MemorySize } from "../../store/memory.ts";
import { alignColumns, fitColumns, type Column } from "./columns.ts";
import { createStyle, finish } from "./style.ts";
import type { View } from "../view.ts";

type Rule = MemorySummary["rules"][number];

const UNKNOWN = "–";

export function renderMemorySizes(summaries: MemorySummary[], sizes: MemorySize[], view: View): string {
  if (summaries.length === 0) return "";
  const size = (source: string) => sizes.find((one) => one.source === source)?.bytes ?? 0;
  const columns: Column[] = [
    columnOf("CRM", "left", summaries, ({ source }) => showText(source)),
    columnOf("Known since (UTC)", "left", summaries, ({ known_since: since }) => formatSince(since)),
    columnOf("Hours", "right", summaries, describeHours),
    columnOf("Rules", "right", summaries, ({ rules }) => formatCount(rules.length)),
    columnOf("Size", "right", summaries, ({ source }) => formatBytes(size(source))),
    columnOf("Not read back", "left", summaries, ({ fill_stopped: stopped }) => showText(stopped ?? "")),
  ];
  return finish(`${writeColumns(columns, ["Not read back"], view)}\n`, view);
}

export function renderMemory(summary: MemorySummary, view: View): string {
  const { rules } = summary;
  const columns: Column[] = [
    columnOf("Rule", "left", rules, ({ rule_name: name }) => showText(name)),
    columnOf("Runs", "right", rules, ({ runs }) => formatCount(runs)),
    columnOf("Failed", "right", rules, ({ failed }) => formatCount(failed)),
    columnOf("Every", "right", rules, ({ usual_interval_seconds: seconds }) => formatInterval(seconds)),
    columnOf("Duration p50", "right", rules, ({ duration_p50_seconds: seconds }) => formatSeconds(seconds)),
    columnOf("p95", "right", rules, ({ duration_p95_seconds: seconds }) => formatSeconds(seconds)),
    columnOf("Records p50", "right", rules, ({ records_p50: records }) => formatRecords(records)),
    columnOf("Last run (UTC)", "left", rules, describeLast),
  ];
  const table = rules.length === 0 ? [] : [writeColumns(columns, ["p95", "Records p50", "Every"], view)];
  return finish(`${[...describeHead(summary), ...table].join("\n")}\n`, view);
}

export function renderMemoryOfRule(summary: MemorySummary, rule: Rule, view: View): string {
  const { weeks } = rule;
  const columns: Column[] = [
    columnOf("Week from (UTC)", "left", weeks, ({ start }) => formatMinute(start)),
    columnOf("Known", "right", weeks, ({ hours_known: hours }) => formatPlural(hours, "hour")),
    columnOf("Runs", "right", weeks, ({ runs }) => formatCount(runs)),
    columnOf("Failed", "right", weeks, ({ failed }) => formatCount(failed)),
    columnOf("Duration p50", "right", weeks, ({ duration_p50_seconds: seconds }) => formatSeconds(seconds)),
    columnOf("p95", "right", weeks, ({ duration_p95_seconds: seconds }) => formatSeconds(seconds)),
    columnOf("Records p50", "right", weeks, ({ records_p50: records }) => formatRecords(records)),
  ];
  const facts = [
    `${showText(rule.rule_name)}: first run ${formatMinute(rule.first_start)} UTC, last run ${describeLast(rule)}`,
    ...(rule.retired_since === null ? [] : [`called over at ${formatMinute(rule.retired_since)} UTC`]),
  ];
  const table = weeks.length === 0 ? [] : [writeColumns(columns, ["p95", "Records p50"], view)];
  return finish(`${[...describeHead(summary), ...facts, ...table].join("\n")}\n`, view);
}

function describeHead(summary: MemorySummary): string[] {
  const { source, known_since: since, ignored, fill_stopped: stopped } = summary;
  const known = since === null ? "no hour is known" : `known since ${formatMinute(since)} UTC`;
  return [
    `${showText(source)}: ${known}, ${describeHours(summary)} hours`,
    ...ignored.map(({ from, to }) => `left out: ${formatMinute(from)} to ${formatMinute(to)} UTC`),
    ...(stopped === null ? [] : [`not read back any further: ${showText(stopped)}`]),
  ];
}

function describeHours({ hours_known: known, hours_asked: asked }: MemorySummary): string {
  return `${formatCount(known)} of ${formatCount(asked)}`;
}

function describeLast({ last_run: last, last_status: status, retired_since: retired }: Rule): string {
  const run = last === null ? UNKNOWN : `${formatMinute(last)} ${status ?? ""}`;
  return retired === null ? run : `${run}, over`;
}

function formatSince(since: string | null): string {
  return since === null ? UNKNOWN : formatMinute(since);
}

function formatSeconds(seconds: number | null): string {
  return seconds === null ? UNKNOWN : formatDuration(seconds);
}

/** Starts wander by seconds, which say nothing of how often a rule runs. */
function formatInterval(seconds: number | null): string {
  return formatSeconds(seconds === null || seconds < 600 ? seconds : Math.round(seconds / 60) * 60);
}

function formatRecords(records: number | null): string {
  return records === null ? UNKNOWN : formatCount(records);
}

function columnOf<T>(title: string, align: Column["align"], rows: T[], cellOf: (row: T) => string): Column {
  return { title, align, cells: rows.map(cellOf) };
}

function writeColumns(columns: Column[], expendable: string[], view: View): string {
  return alignColumns(fitColumns(columns, expendable, view.width), createStyle(view.color).strong).join("\n");
}
