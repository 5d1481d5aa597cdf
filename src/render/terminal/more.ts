/** What a terminal does not show of a long list: said, never silent. */
import { formatCount } from "../../text/figures.ts";
import { hang } from "./hang.ts";
import type { Style } from "./style.ts";

/** Of a table of rules. */
export const MOST_ROWS = 100;

/** `inDetail`: whether --detailed shows more of them. */
export function moreLines(count: number, inDetail: boolean, style: Style, width: number): string[] {
  if (count <= 0) return [];
  return hang(
    "",
    style.faint(`and ${formatCount(count)} more${inDetail ? " with --detailed or" : ""} with --format json`),
    8,
    width,
  );
}
