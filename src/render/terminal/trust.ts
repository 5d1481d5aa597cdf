/** What a report says beyond its figures: why runs failed, which rows mislead, what was expected of each rule. */
import { formatCount, formatDuration } from "../../text/figures.ts";
import { listSomeNames } from "../../report/document/left-out.ts";
import type { Report } from "../../report/document/schema.ts";
import { alignColumns, fitColumns, type Column } from "./columns.ts";
import { rankSeverity } from "../../report/words.ts";
import { hang } from "./hang.ts";
import { moreLines, MOST_ROWS } from "./more.ts";
import { SEVERITY_TONES, type Style } from "./style.ts";
import { cutText, showText } from "../../text/terminal.ts";

const LONGEST_NAME = 32;
const FEW_GROUPS = 3;
/** Left out in this order where the screen is narrow. */
const EXPENDABLE = ["By", "Warn after", "Pending", "Extra", "Late", "Seen", "Expected", "Missed", "Last success"];

/** The most frequent causes of failures; all that the report holds with `--detailed`. */
export function errorLines({ error_groups: groups }: Report, detailed: boolean, style: Style, width: number): string[] {
  if (groups.length === 0) return [];
  const shown = detailed ? groups : groups.slice(0, FEW_GROUPS);
  const more = groups.length - shown.length;
  return [
    style.strong("  Errors"),
    ...shown.flatMap(({ family, count, rules, is_new: isNew, example }) => {
      const words = `${family}${isNew ? ", new" : ""} · ${showText(listSomeNames(rules))} · ${showText(example ?? "no message")}`;
      return hang(`${formatCount(count)} ×`, words, 8, width);
    }),
    ...(more > 0 ? hang("", style.faint(`and ${formatCount(more)} more with --detailed`), 8, width) : []),
  ];
}

/** With `--detailed`: every kind of contradiction and the rows to look at. */
export function contradictionLines({ data_quality: found }: Report, style: Style, width: number): string[] {
  if (found.length === 0) return [];
  return [
    style.strong("  Rows that mislead"),
    ...found.flatMap(({ count, rules, row_ids: ids, meaning }) => {
      const where = [listSomeNames(rules), ids.length === 0 ? "" : `row ${ids.join(", ")}`].filter(
        (part) => part !== "",
      );
      return hang(`${formatCount(count)} ×`, showText([meaning, ...where].join(" · ")), 8, width);
    }),
  ];
}

/** With `--detailed`: each rule's condition, its expected and seen runs, and the age of its last success. */
export function conditionLines({ rules: all, omitted = {} }: Report, style: Style, width: number): string[] {
  if (all.length === 0) return [];
  const urgency = ({ severity }: (typeof all)[number]) => rankSeverity(severity);
  const rules = all.length > MOST_ROWS ? all.toSorted((a, b) => urgency(b) - urgency(a)).slice(0, MOST_ROWS) : all;
  const column = (title: string, align: Column["align"], cellOf: (rule: (typeof rules)[number]) => string): Column => ({
    title,
    align,
    cells: rules.map(cellOf),
  });
  const number = (value: number | null) => (value === null ? "–" : formatCount(value));
  const length = (seconds: number | null) => (seconds === null ? "–" : formatDuration(seconds));
  const columns = [
    column("  Rule", "left", ({ rule_name: name }) => `  ${cutText(showText(name), LONGEST_NAME)}`),
    column("Condition", "left", ({ condition, severity }) =>
      severity === null ? condition : style[SEVERITY_TONES[severity]](condition),
    ),
    column("Expected", "right", ({ expected }) => number(expected)),
    column("Seen", "right", ({ seen }) => number(seen)),
    column("Missed", "right", ({ missed }) =>
      missed === null || missed === 0 ? number(missed) : style.bad(number(missed)),
    ),
    ...(rules.some(({ pending_runs: pending }) => (pending ?? 0) > 0)
      ? [column("Pending", "right", ({ pending_runs: pending }) => number(pending))]
      : []),
    column("Late", "right", ({ late }) => number(late)),
    column("Extra", "right", ({ extra }) => number(extra)),
    column("Last success", "right", ({ age_seconds: age }) => (age === null ? "–" : `${length(age)} ago`)),
    column("Warn after", "right", ({ limits }) => length(limits.warn_after_seconds)),
    column("By", "left", ({ limits }) => limits.basis),
  ];
  const lines = alignColumns(fitColumns(columns, EXPENDABLE, width), style.strong);
  return [
    ...lines,
    ...moreLines({ count: all.length - rules.length, leftOut: omitted["rules"] ?? 0 }, false, style, width),
  ];
}
