/** The name that was probably meant. */
import leven, { closestMatch } from "leven";
import { listNames } from "../text/figures.ts";
import { showText } from "../text/terminal.ts";

/** ` Did you mean x?`, or a list of what there is. */
export function suggestName(wrong: string, names: string[]): string {
  const nearest = closestMatch(wrong.toLowerCase(), names, { maxDistance: Math.max(2, Math.floor(wrong.length / 3)) });
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return names.length === 0 ? "nothing is allowed here." : `known: ${names.join(", ")}.`;
}

/** `did you mean x?`, or the nearest of what may be a long list. */
export function suggestNearest(wrong: string, names: string[]): string {
  const distance = (name: string) => leven(wrong.toLowerCase(), name.toLowerCase());
  const sorted = names.toSorted((a, b) => distance(a) - distance(b)).map(showText);
  const [nearest] = sorted;
  if (nearest === undefined) return "nothing is known";
  return distance(nearest) <= Math.max(2, Math.floor(wrong.length / 3))
    ? `did you mean ${nearest}?`
    : `known: ${listNames(sorted)}`;
}
