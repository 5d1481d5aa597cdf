/** Figures that stand below each other. */
import { formatCount, formatRatio } from "../../text/figures.ts";

/** A rate never stands without how many runs it is of. `runs`: without a rate, those of which none is known too; null: nothing is known. */
export function Rate({ rate, runs }: { rate: number | null; runs: number | null }) {
  if (runs === null) return <span class="dim">–</span>;
  if (rate === null) return <span class="dim">{runs > 0 ? "no rate" : "no runs"}</span>;
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
