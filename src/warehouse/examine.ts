/** Looks at every chosen CRM's warehouse for `check`. */
import type { WarehouseFacts } from "./facts.ts";
import { visitWarehouses, type Visit, type VisitOptions } from "./visit.ts";
import type { Window } from "../time/window.ts";

export type ExamineOptions = VisitOptions & {
  /** The window of the report whose plan is looked at. */
  window: Window;
  /** Run the report's query, to see what its plan really does. */
  analyze: boolean;
  nowMs: number;
};

export async function examineWarehouses(options: ExamineOptions): Promise<Visit<WarehouseFacts>[]> {
  const { window, analyze, nowMs } = options;
  return await visitWarehouses(
    options,
    async (crm, signal) => {
      const request = { crm, window, recent: 0, baselineSeconds: null, nowMs };
      if (crm.target.kind === "sqlite") {
        const { askSqlite } = await import("./sqlite/ask.ts");
        return await askSqlite("examine", { request, path: crm.target.path }, signal);
      }
      const { examinePostgres } = await import("./postgres/examine.ts");
      return await examinePostgres(request, crm.target, analyze, signal);
    },
    (visit) => visit,
  );
}
