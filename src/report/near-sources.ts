/** Rows of other names than the CRM's own that may be its runs. */
import { quoteVisibly } from "../text/blanks.ts";
import { listNames } from "../text/figures.ts";

/** Empty where there are none. `also`: before how it is written. An empty name stands for rows that have none. */
export function describeNearSources(sources: string[], also = ""): string {
  const named = sources.filter((source) => source !== "").map((source) => quoteVisibly(source));
  return [
    ...(named.length === 0 ? [] : [`crm_source is ${also}written ${listNames(named)} there`]),
    ...(named.length < sources.length ? ["rows without a crm_source are there"] : []),
  ].join(", and ");
}
