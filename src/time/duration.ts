/** Lengths of time as people write them: `30s`, `1.5h`, `7d`; a bare number has the unit of its place. */
import ms from "ms";

const BARE_NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** Milliseconds, unrounded; null where the text is no length of time. */
export function parseDuration(text: string, bareUnitMs: number): number | null {
  const trimmed = text.trim();
  if (BARE_NUMBER.test(trimmed)) return Number(trimmed) * bareUnitMs;
  if (trimmed === "" || trimmed.length > 100) return null;
  const parsed: number | undefined = ms(trimmed as ms.StringValue);
  return parsed === undefined || Number.isNaN(parsed) ? null : parsed;
}
