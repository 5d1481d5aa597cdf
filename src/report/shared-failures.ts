/** Failures of several CRMs in the same minutes, of the same kind: one cause, not several. */
import type { FailureRow } from "./activity.ts";
import { fingerprintError } from "./errors/fingerprint.ts";
import { formatInstant, formatMinute, formatPlural } from "./figures.ts";
import { compareNames } from "./rules.ts";
import type { Finding } from "./schema.ts";

export type CrmFailures = { source: string; failures: FailureRow[] };

const MINUTE_MS = 60_000;
/** Minutes are put together by this many, and times apart by no more than as many are one. */
const SPAN_MINUTES = 5;
/** Two CRMs may fail alike by chance once; each must do so in as many minutes, or there must be a third. */
const FEWEST_MINUTES = 2;
const CERTAIN_CRMS = 3;

type Failing = { source: string; minute: number; example: string | null };
type Span = { failing: Failing[]; sources: string[] };

/** One finding for each kind of failure, about the longest time in which several CRMs had it. */
export function findSharedCauses(crms: CrmFailures[]): Finding[] {
  const failing = crms.flatMap(({ source, failures }) =>
    failures
      .filter(({ current }) => current)
      .flatMap(({ message, minutes }) => {
        const { family, key, example } = fingerprintError(message ?? "");
        // What no family knows is alike only where the message is.
        const kind = family === "other" ? key : family;
        return minutes.map((minute) => ({ kind, family, failing: { source, minute, example } }));
      }),
  );
  return [...Map.groupBy(failing, ({ kind }) => kind)]
    .toSorted(([a], [b]) => compareNames(a, b))
    .flatMap(([, alike]) => {
      const spans = listSpans(alike.map((row) => row.failing)).filter(isShared);
      const [longest] = spans.toSorted((a, b) => b.failing.length - a.failing.length);
      return longest === undefined ? [] : [describeSpan(longest, alike[0]?.family ?? "other", spans.length)];
    });
}

/** Failures in order, parted where nothing of the kind happened for a while. */
function listSpans(failing: Failing[]): Span[] {
  const spans: Failing[][] = [];
  let last = -Infinity;
  for (const one of failing.toSorted((a, b) => a.minute - b.minute)) {
    if (one.minute - last > SPAN_MINUTES) spans.push([]);
    spans.at(-1)?.push(one);
    last = one.minute;
  }
  return spans.map((members) => ({
    failing: members,
    sources: [...new Set(members.map(({ source }) => source))],
  }));
}

function isShared({ failing, sources }: Span): boolean {
  if (sources.length >= CERTAIN_CRMS) return true;
  const minutesOf = (source: string) =>
    new Set(failing.filter((one) => one.source === source).map((one) => one.minute)).size;
  return sources.length > 1 && sources.every((source) => minutesOf(source) >= FEWEST_MINUTES);
}

function describeSpan({ failing, sources }: Span, family: string, times: number): Finding {
  const minutes = failing.map(({ minute }) => minute * MINUTE_MS);
  const [from, to] = [formatInstant(Math.min(...minutes)), formatInstant(Math.max(...minutes) + MINUTE_MS)];
  const example = failing.find((one) => one.example !== null)?.example ?? null;
  const kind = family === "other" ? "alike" : `with ${family} errors`;
  const again = times > 1 ? `, and so ${formatPlural(times - 1, "more time")}` : "";
  const said = example === null ? "" : `: ${example}`;
  return {
    id: "failures-shared",
    severity: "critical",
    rule_name: null,
    message: `One cause for ${sources.length} CRMs (${sources.join(", ")}): they failed ${kind} from ${formatMinute(from)} to ${formatEnd(from, to)}${again}${said}`,
    evidence: { sources, family, from, to, times },
  };
}

/** The day is said once where it is the same. */
function formatEnd(from: string, to: string): string {
  return from.slice(0, 10) === to.slice(0, 10) ? to.slice(11, 16) : formatMinute(to);
}
