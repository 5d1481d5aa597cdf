/** Tables of another shape, for the view that `check` writes. */
import type { Connection } from "../../database/connection.ts";
import type { ColumnTypes } from "../casts.ts";
import type { OtherTable } from "../facts.ts";
import type { JsonKey } from "../likely-columns.ts";
import type { Incomplete } from "../needed-columns.ts";
import {
  askSparse,
  describeOther,
  listOdd,
  listVarieties,
  pickLikeliest,
  type ShapedTable,
  type Variety,
} from "../other-tables.ts";
import { quoteIdentifier, quoteTable } from "../tables.ts";
import keysSql from "./examine/keys.sql" with { type: "text" };
import othersSql from "./examine/others.sql" with { type: "text" };
import { attempt } from "./refusals.ts";
import { fillPlaceholders } from "../template.ts";

/** Of JSON in more columns no key is looked at. */
const MOST_JSON = 5;

type OtherRow = ShapedTable & { schema: string; types: ColumnTypes };

export async function listOthers(connection: Connection): Promise<OtherTable[]> {
  const tables = await readTables(connection);
  const likeliest = pickLikeliest(tables);
  const read = likeliest === null ? null : await lookInside(connection, likeliest);
  return tables.map((table) => describeOther(table === likeliest && read !== null ? read : table, tables));
}

/** The table that was named, which lacks columns. */
export async function describeIncompleteTable(
  connection: Connection,
  { table, columns }: Incomplete,
): Promise<OtherTable> {
  const schema = table.schema === null ? null : quoteIdentifier(table.schema);
  const { nullable = [], types = {} } = table;
  const required = nullable.length === 0 ? [] : columns.filter((column) => !nullable.includes(column));
  const shaped = { name: quoteTable(table), schema, columns, types, required };
  return describeOther(await lookInside(connection, shaped), await readTables(connection));
}

/** With what its first rows tell. */
async function lookInside<T extends ShapedTable>(connection: Connection, table: T): Promise<T> {
  const shaped = { ...table, keys: await readKeys(connection, table) };
  const found: Parameters<typeof listOdd>[0] = [];
  for (const { column, statement } of listVarieties(shaped, (own, key) => `CAST(${own} AS jsonb)->>${key}`)) {
    const rows = await attempt(connection, async () => await connection.ask<Variety>(statement));
    found.push(...(rows ?? []).map((row) => ({ ...row, column })));
  }
  const question = askSparse(table);
  const rows = question && (await attempt(connection, async () => await connection.ask(question.statement)));
  return { ...shaped, odd: listOdd(found), sparse: question !== null && rows?.length === 1 ? [question.start] : [] };
}

async function readTables(connection: Connection): Promise<OtherRow[]> {
  return (await attempt(connection, async () => await connection.ask<OtherRow>(othersSql))) ?? [];
}

/** Of the first rows: whoever writes objects writes the same keys each time. */
async function readKeys(connection: Connection, { name, columns, types = {} }: ShapedTable): Promise<JsonKey[]> {
  const found: JsonKey[] = [];
  for (const column of columns.filter((one) => /^jsonb?$/.test(types[one] ?? "")).slice(0, MOST_JSON)) {
    const statement = fillPlaceholders(keysSql, { table: name, column: quoteIdentifier(column) });
    const rows = await attempt(connection, async () => await connection.ask<Omit<JsonKey, "column">>(statement));
    found.push(...(rows ?? []).map((one) => ({ column, ...one })));
  }
  return found;
}
