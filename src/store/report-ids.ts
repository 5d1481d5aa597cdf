/** The ids of a store's reports, for completion. */
import { Database } from "bun:sqlite";

const MOST = 200;
const PLAIN = /^[\w-]+$/;

/** The newest first. It needs no write right, and makes nothing. Throws where the file is no store. */
export function listReportIds(path: string): string[] {
  try {
    return read(path);
  } catch {
    // Who may not write beside the file cannot read its log of changes: what was moved from it into the file is enough.
    return read(`file://${encodeURI(path)}?immutable=1`);
  }
}

function read(name: string): string[] {
  using database = new Database(name, { readonly: true });
  const rows = database
    .query<{ id: string }, [number]>("SELECT id FROM automation_reports_reports ORDER BY generated_ms DESC LIMIT ?1")
    .all(MOST);
  return rows.map(({ id }) => id).filter((id) => PLAIN.test(id));
}
