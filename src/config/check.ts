/** What is wrong with a parsed configuration: keys, types and names. Values are never part of a message. */
import * as v from "valibot";
import type { Table } from "./toml.ts";
import type { Path, Problem } from "./expand.ts";
import { suggestName } from "./nearest.ts";
import { ConfigSchema, CRM_NAME, CrmSchema, RESERVED_NAME } from "./schema.ts";

/** Keys of a table that JavaScript, or the schema library, does not treat as the file's own. */
const UNUSABLE_KEYS = ["__proto__", "constructor", "prototype"];
const PLAIN_KEY = /^[\w-]{1,64}$/;

/** Empty: the schema can be applied, and every CRM has a usable name. */
export function checkConfig(value: unknown): Problem[] {
  const tables = checkTables(value as Table);
  return tables.length > 0 ? tables : [...checkShape(value), ...checkNames(value)];
}

/** The schema takes lists and dates for tables without keys, and passes unusable keys over: both are said here. */
function checkTables(root: Table): Problem[] {
  const problems: Problem[] = [];
  const visit = (above: unknown, path: Path, keysAreFree: boolean): Table => {
    const key = path.at(-1) ?? "";
    const table = isTable(above) && Object.hasOwn(above, key) ? above[key] : undefined;
    if (table !== null && typeof table === "object" && !isTable(table)) {
      problems.push({ path, message: `${describePath(path)} must be a table` });
    }
    if (!isTable(table)) return {};
    for (const name of keysAreFree ? UNUSABLE_KEYS : []) {
      if (Object.hasOwn(table, name)) {
        problems.push({ path: [...path, name], message: `${name} is a reserved name: choose another` });
      }
    }
    return table;
  };
  visit(root, ["export"], false);
  visit(root, ["store"], false);
  const settings: [unknown, Path][] = [[visit(root, ["defaults"], false), ["defaults"]]];
  const crms = visit(root, ["crm"], true);
  for (const name of Object.keys(crms)) settings.push([visit(crms, ["crm", name], false), ["crm", name]]);
  for (const [table, path] of settings) {
    visit(table, [...path, "thresholds"], false);
    visit(table, [...path, "statuses"], true);
    visit(table, [...path, "rule_names"], true);
    const rules = visit(table, [...path, "rules"], true);
    for (const name of Object.keys(rules)) visit(rules, [...path, "rules", name], false);
  }
  return problems;
}

function isTable(value: unknown): value is Table {
  return value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
}

function checkShape(value: unknown): Problem[] {
  const result = v.safeParse(ConfigSchema, value);
  return (result.issues ?? []).flatMap((issue) => {
    const path = (issue.path ?? []).map((item) => item.key as string | number);
    // valibot stops at a table's first unknown key; whoever mends one wants to know of all.
    return issue.type === "strict_object" && issue.expected === "never"
      ? findUnknownKeys(value, path.slice(0, -1))
      : { path, message: describeIssue(issue, path) };
  });
}

function findUnknownKeys(value: unknown, path: Path): Problem[] {
  const table = path.reduce((node, key) => (node as Table)[key], value) as Table;
  const known = knownKeys(path);
  const unknown = Object.keys(table).filter((key) => !known.includes(key));
  return unknown.map((key) => ({
    path: [...path, key],
    message: `unknown key ${describeKey(key)}: ${suggestName(key, known)}`,
  }));
}

function describeIssue(issue: v.BaseIssue<unknown>, path: Path): string {
  const key = path.at(-1);
  if (issue.type === "strict_object" && issue.received === "undefined") {
    return key === "crm" ? "no CRM is configured: add a table such as [crm.hubspot]" : `${String(key)} is missing`;
  }
  return `${describePath(path)} ${issue.message}`;
}

function describePath(path: Path): string {
  return path.map((key) => (PLAIN_KEY.test(String(key)) ? key : "…")).join(".");
}

/** A key that needs quotes may be a value that somebody put on the wrong side: its place is said, not its text. */
function describeKey(key: string): string {
  return PLAIN_KEY.test(key) ? `"${key}"` : "in quotes";
}

function knownKeys(table: Path): string[] {
  const [first] = table;
  if (table.at(-2) === "rules" && table.length === 4) {
    return Object.keys(CrmSchema.entries.rules.wrapped.value.entries);
  }
  if (table.at(-1) === "thresholds") return Object.keys(CrmSchema.entries.thresholds.wrapped.entries);
  if (first === undefined) return Object.keys(ConfigSchema.entries);
  if (first === "schedule") return Object.keys(ConfigSchema.entries.schedule.wrapped.item.entries);
  if (first === "export") return Object.keys(ConfigSchema.entries.export.wrapped.entries);
  if (first === "store") return Object.keys(ConfigSchema.entries.store.wrapped.entries);
  return Object.keys(first === "defaults" ? ConfigSchema.entries.defaults.wrapped.entries : CrmSchema.entries);
}

function checkNames(value: unknown): Problem[] {
  const crm = (value as { crm?: unknown }).crm;
  const names = crm !== null && typeof crm === "object" ? Object.keys(crm) : null;
  if (names?.length === 0)
    return [{ path: ["crm"], message: "no CRM is configured: add a table such as [crm.hubspot]" }];
  return (names ?? [])
    .filter((name) => !CRM_NAME.test(name) || name === RESERVED_NAME)
    .map((name) => ({
      path: ["crm", name],
      message:
        name === RESERVED_NAME
          ? `a CRM cannot be called ${RESERVED_NAME}: that means every CRM`
          : "a CRM's name is a small letter, then up to 62 small letters, digits, _ or -",
    }));
}
