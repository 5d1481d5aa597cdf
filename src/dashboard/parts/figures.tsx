/** Figures that stand below each other. */
import { formatCount, formatRatio } from "../../text/figures.ts";

/** A rate never stands without how many runs it is of. */
export function Rate({ rate, runs }: { rate: number | null; runs: number | null }) {
  if (runs === null) return <span class="dim">–</span>;
  if (rate === null) return <span class="dim">no runs</span>;
  return (
    <span class="rate">
      <span>{formatRatio(rate)}</span> <span class="dim">of {formatCount(runs)}</span>
    </span>
  );
}

export function Facts({ facts }: { facts: { label: string; text: string }[] }) {
  return (
    <dl class="facts">
      {facts.map(({ label, text }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
