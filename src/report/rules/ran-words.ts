/** What the rules that are counted as active did. */
import type { Report } from "../document/schema.ts";

/** A disabled rule that runs is none of them. */
export function sayRan({ rules }: Report): string {
  return rules.some(({ enabled, total }) => enabled === false && total > 0) ? "are enabled and ran" : "ran";
}
