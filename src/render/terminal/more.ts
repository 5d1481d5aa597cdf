/** What a terminal does not show of a long list: said, never silent. */
import { formatCount } from "../../text/figures.ts";
import { hang } from "./hang.ts";
import type { Style } from "./style.ts";

/** Of a table of rules. */
export const MOST_ROWS = 100;

/** `count`: of those that the document has; `leftOut`: of those that it has not. `inDetail`: whether --detailed shows more of them. */
export function moreLines(
  { count, leftOut = 0 }: { count: number; leftOut?: number },
  inDetail: boolean,
  style: Style,
  width: number,
): string[] {
  const parts = [
    ...(count > 0 ? [`${formatCount(count)} more${inDetail ? " with --detailed or" : ""} with --format json`] : []),
    ...(leftOut > 0 ? [`${formatCount(leftOut)} more that the report leaves out`] : []),
  ];
  return parts.length === 0 ? [] : hang("", style.faint(`and ${parts.join(", and ")}`), 8, width);
}
