/** One finding for a rule with which more than one thing is wrong. */
import type { Judgement } from "./facts.ts";

/** The worst, which names the others: each kind once. */
export function nameOthers(rule: string, worst: Judgement, others: Judgement[]): Judgement {
  const also = others.filter(
    ({ degradation }, index) =>
      degradation !== worst.degradation && others.findIndex((other) => other.degradation === degradation) === index,
  );
  if (also.length === 0) return worst;
  return {
    ...worst,
    message: [worst, ...also]
      .map(({ message }, index) => (index === 0 ? message : message.slice(`${rule}: `.length)))
      .join("; and "),
    evidence: {
      ...Object.assign({}, ...also.map(({ evidence }) => evidence)),
      ...worst.evidence,
      also: also.flatMap(({ degradation }) => degradation ?? []),
    },
  };
}
