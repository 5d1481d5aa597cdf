/** A measured ratio and what it may be; without a limit it is told for its own sake. */
export type Line = { what: string; ratio: number; limit?: { atMost: number } | { atLeast: number } };

export function formatLine({ what, ratio, limit }: Line): string {
  const measured = `${what.padEnd(56)} ${ratio.toFixed(ratio < 0.1 ? 4 : 2).padStart(7)}`;
  if (limit === undefined) return measured;
  const verdict = "atMost" in limit ? (ratio > limit.atMost ? "ABOVE" : "ok") : ratio < limit.atLeast ? "BELOW" : "ok";
  const bound = "atMost" in limit ? `at most ${round(limit.atMost)}` : `at least ${round(limit.atLeast)}`;
  return `${measured}   ${bound.padEnd(14)} ${verdict}`;
}

function round(limit: number): number {
  return Number(limit.toFixed(2));
}
