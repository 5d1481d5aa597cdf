/** The name that was probably meant. */
import { closestMatch } from "leven";

/** ` Did you mean x?`, or a list of what there is. */
export function suggestName(wrong: string, names: string[]): string {
  const nearest = closestMatch(wrong.toLowerCase(), names, { maxDistance: Math.max(2, Math.floor(wrong.length / 3)) });
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return names.length === 0 ? "nothing is allowed here." : `known: ${names.join(", ")}.`;
}
