/** What is wrong with a parsed configuration: keys, types and names. Values are never part of a message. */
import * as v from "valibot";
import { isTable, listTables, type Path, type TablePlace } from "../schema-keys.ts";
import type { Problem } from "./expand.ts";
import { listKeys } from "./keys.ts";
import { suggestName } from "./nearest.ts";
import { CrmSchema, defaultsSchema } from "./sections/crm.ts";
import { CRM_NAME, RESERVED_NAME } from "./sections/fields.ts";

/** Names of a table that JavaScript, or the schema library, does not treat as the file's own. */
const UNUSABLE_NAMES = ["__proto__", "constructor", "prototype"];
const PLAIN_KEY = /^[\w-]{1,64}$/;
/** So many are told. */
export const MOST_PROBLEMS = 20;
/** A key of more tables, such as `name`, says nothing of the one that was meant. */
const MOST_PLACES = 2;
/** Keys of other programs, and what they are here: of the folder of exports, and of a CRM's connection. */
const FOLDER_KEYS = ["path", "directory", "folder", "output_dir"];
/** What other programs turn a thing on and off by. */
const SWITCH_KEYS = ["enabled", "enable", "disabled", "disable", "active", "is_active"];
const CONNECTION_KEYS = [
  "dsn",
  "database_url",
  "connection",
  "database",
  "dbname",
  "host",
  "port",
  "user",
  "username",
  "password",
];
const NO_CRM = "no CRM is configured: add a table such as [crm.hubspot]";

/** Empty: the schema can be applied, and every CRM has a usable name. */
export function findProblems(value: unknown, schema: v.GenericSchema): Problem[] {
  const tables = listTables(schema, value);
  const misplaced = tables.flatMap(findMisplaced);
  // The schema library passes unusable names over, and takes lists and dates for tables without keys.
  const said = new Set(misplaced.map(({ path }) => JSON.stringify(path)));
  const isSaid = ({ path }: { path: Path }) => path.some((_, at) => said.has(JSON.stringify(path.slice(0, at + 1))));
  const unknown = describeUnknown(
    tables.flatMap(findUnknownKeys).filter((key) => !isSaid(key)),
    schema,
  );
  const bad = [...findBadValues(value, schema), ...findBadNames(value), ...findNul(value)];
  return [...misplaced, ...unknown, ...bad.filter((problem) => !isSaid(problem))];
}

function findMisplaced({ path, keys, value }: TablePlace): Problem[] {
  const [top, name = ""] = path;
  if (!isTable(value)) {
    const isKey = top === "crm" && path.length === 2 && Object.hasOwn(CrmSchema.entries, name);
    const says = isKey ? "stands in the table of a CRM, such as [crm.hubspot]" : "must be a table";
    return [{ path, message: `${isKey ? name : describePath(path)} ${says}` }];
  }
  return UNUSABLE_NAMES.filter((name) => keys === null && Object.hasOwn(value, name)).map((name) => ({
    path: [...path, name],
    message: `${name} is a reserved name: choose another`,
  }));
}

type UnknownKey = { path: Path; key: string; known: string[]; value: unknown };

function findUnknownKeys({ path, keys, value }: TablePlace): UnknownKey[] {
  if (keys === null || !isTable(value)) return [];
  const known = Object.keys(keys);
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  return unknown.map((key) => ({ path: [...path, key], key, known, value: value[key] }));
}

/** What is known is listed once for each kind of table; a name that may be meant is not looked for where nobody is told. */
function describeUnknown(keys: UnknownKey[], schema: v.GenericSchema): Problem[] {
  const places = keys.length === 0 ? [] : listKeys(schema);
  const listed = new Set<string>();
  return keys.map(({ path, key, known, value }, index) => {
    const says = `unknown key ${describeKey(key)}`;
    if (index >= MOST_PROBLEMS) return { path, message: says };
    const meant = describeMeant(path, key);
    const advice = meant ?? suggestName(key, known);
    const isNear = meant !== null || advice.startsWith("did");
    const belongs = path.length === 1 ? describePlace(key) : null;
    if (belongs !== null) return { path, message: `${says}: it belongs under ${belongs}` };
    const elsewhere = isNear || (path.length === 1 && isTable(value)) ? null : findPlace(path, places);
    if (elsewhere !== null) return { path, message: `${says}: it belongs ${elsewhere}` };
    const mayBeCrm = path.length === 1 && isTable(value) && PLAIN_KEY.test(key) && !isNear;
    if (mayBeCrm && looksLikeCrm(value)) return { path, message: `${says}: ${describeCrmTable(key)}` };
    const isTold = listed.has(advice);
    listed.add(advice);
    return { path, message: isTold && !advice.startsWith("did") ? says : `${says}: ${advice}` };
  });
}

function describeMeant(path: Path, key: string): string | null {
  const [top] = path;
  if (top === "export" && FOLDER_KEYS.includes(key)) return "did you mean dir?";
  const isSwitch = top === "crm" && SWITCH_KEYS.includes(key);
  if (isSwitch && path.length === 3) return "a CRM that is not to be read has no table: comment it out";
  if (isSwitch && path.length === 5) return "name the rule in exclude_rules, or in retired_rules where it is over";
  const isOfCrm = (top === "crm" || top === "defaults") && CONNECTION_KEYS.includes(key);
  return isOfCrm ? "a connection is one URL: write url, or url_file for a file that holds it" : null;
}

/** The tables that have a key which stands above all tables; null where none of a CRM has it. */
function describePlace(key: string): string | null {
  if (Object.hasOwn(defaultsSchema.entries, key)) return "[defaults], for every CRM, or under [crm.NAME]";
  return Object.hasOwn(CrmSchema.entries, key) ? "[crm.NAME]" : null;
}

/** Such as `under [crm.x.thresholds]`; null where it is known nowhere, or in too many tables to say which is meant. */
function findPlace(path: Path, places: { section: string; key: string }[]): string | null {
  const [top, name] = path;
  const key = path.at(-1);
  const all = places.filter((place) => place.key === key).map(({ section }) => section);
  const near = all.filter((section) => section.split(".")[0] === top);
  const sections = near.length > 0 ? near : all;
  if (sections.length === 0 || sections.length > MOST_PLACES) return null;
  if (sections.includes("")) return "above all tables";
  const isPlain = top === "crm" && near.length > 0 && CRM_NAME.test(String(name));
  const shown = sections.map((section) => {
    if (section === "schedule") return "[[schedule]]";
    return `[${isPlain ? section.replace("crm.NAME", `crm.${name}`) : section}]`;
  });
  return `under ${shown.join(" or ")}`;
}

/** A table with none of their keys is meant for something else. */
function looksLikeCrm(value: unknown): boolean {
  const keys = isTable(value) ? Object.keys(value) : [];
  return keys.length === 0 || keys.some((key) => Object.hasOwn(CrmSchema.entries, key));
}

/** With a name that is allowed. */
function describeCrmTable(key: string): string {
  if (CRM_NAME.test(key) && key !== RESERVED_NAME) return `the table of a CRM of that name is [crm.${key}]`;
  const near = key.toLowerCase().replace(/^[^a-z]+/, "");
  return `the table of a CRM is such as [crm.${CRM_NAME.test(near) && near !== RESERVED_NAME ? near : "hubspot"}]`;
}

function findBadValues(value: unknown, schema: v.GenericSchema): Problem[] {
  const issues = v.safeParse(schema, value).issues ?? [];
  return issues.filter(isAboutValue).map((issue) => {
    const path = (issue.path ?? []).map((item) => item.key as string | number);
    return { path, message: describeIssue(issue, path) };
  });
}

/** The schema library stops at a table's first unknown key, which is said with all the others. */
function isAboutValue({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type !== "strict_object" || expected !== "never";
}

function describeIssue(issue: v.BaseIssue<unknown>, path: Path): string {
  if (issue.type === "strict_object" && issue.received === "undefined") {
    return path.length === 1 && path[0] === "crm" ? NO_CRM : `${String(path.at(-1))} is missing`;
  }
  return `${describePath(path)} ${issue.message}`;
}

function describePath(path: Path): string {
  return path.map((key) => (PLAIN_KEY.test(String(key)) ? key : "…")).join(".");
}

/** A key that needs quotes may be a value on the wrong side: its place is said, not its text. */
function describeKey(key: string): string {
  return PLAIN_KEY.test(key) ? `"${key}"` : "in quotes";
}

/** No path, address or name can hold it: the system would end there, or refuse it in words of its own. */
function findNul(value: unknown, path: Path = []): Problem[] {
  if (typeof value === "string")
    return value.includes("\0") ? [{ path, message: `${describePath(path)} holds a NUL character: take it out` }] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => findNul(item, [...path, index]));
  return isTable(value) ? Object.entries(value).flatMap(([key, item]) => findNul(item, [...path, key])) : [];
}

function findBadNames(value: unknown): Problem[] {
  const crms = isTable(value) ? value["crm"] : undefined;
  if (!isTable(crms)) return [];
  const names = Object.keys(crms);
  if (names.length === 0) return [{ path: ["crm"], message: NO_CRM }];
  return names
    .filter((name) => !CRM_NAME.test(name) || name === RESERVED_NAME)
    .map((name) => ({
      path: ["crm", name],
      message:
        name === RESERVED_NAME
          ? `a CRM cannot be called ${RESERVED_NAME}: that means every CRM`
          : "a CRM's name is a small letter, then up to 62 small letters, digits, _ or -",
    }));
}
