/** What the catalog says of the tables that may hold a CRM's runs and rules. */
import type { Connection } from "../../database/connection.ts";
import { candidateNames, type TableConfig } from "../tables.ts";
import { numberParameters } from "../template.ts";
import findPartsSql from "./find-parts.sql" with { type: "text" };
import findTablesSql from "./find-tables.sql" with { type: "text" };
import type { TableFacts } from "./lookback.ts";
import type { Parameter } from "./statement.ts";

/** As find-tables.sql tells it. */
type TableRow = Omit<TableFacts, "far" | "parts"> & {
  oid: string;
  nullable: string[];
  /** A table that can hold its rows itself. */
  plain: boolean;
  /** Its rows may be elsewhere. */
  spread: boolean;
};

/** As find-parts.sql tells it. */
type PartsRow = Pick<TableFacts, "far" | "parts"> & { oid: string; rows: number | null; indexes: string[][] | null };

/** Those of the names that the CRM's tables may have, in the order of the role's search path. */
export async function findTables(ask: Connection["ask"], crm: TableConfig): Promise<TableFacts[]> {
  const search = numberParameters<Parameter>(findTablesSql, { names: candidateNames(crm) }, "postgres");
  const tables = await ask<TableRow>(search.text, search.values);
  const oids = tables.flatMap(({ oid, spread }) => (spread ? [oid] : []));
  const parts = oids.length === 0 ? [] : await findParts(ask, oids);
  return tables.map((table) => {
    const nullable = table.plain && table.indexes.some(([first]) => first === "id") ? table.nullable : [];
    const own = parts.find(({ oid }) => oid === table.oid);
    if (own === undefined) return { ...table, nullable, far: false, parts: null };
    return {
      ...table,
      nullable,
      far: own.far,
      parts: own.parts,
      indexes: own.indexes ?? table.indexes,
      ...(own.rows === null ? {} : { rows: own.rows, guessed: false }),
    };
  });
}

async function findParts(ask: Connection["ask"], oids: string[]): Promise<PartsRow[]> {
  const { text, values } = numberParameters<Parameter>(findPartsSql, { oids }, "postgres");
  return await ask<PartsRow>(text, values);
}
