/** The rules of a CRM: sorted and filtered by the address, and at once where a script runs. */
import { signal } from "@preact/signals";
import { CONDITIONS } from "../../report/words.ts";
import { formatCount, formatDuration, formatPlural } from "../../text/figures.ts";
import { Rate } from "../parts/figures.tsx";
import { Mark } from "../parts/mark.tsx";
import { isAlive, useFrame } from "../parts/state.ts";
import { RunStrip, TickStrip } from "../parts/strips.tsx";
import { Ago, Since, Time } from "../parts/time.tsx";
import type { RuleQuery, RuleRow, RuleSort } from "../view.ts";

/** What the reader asked for since the page came; null: what the address says. */
export const asked = signal<RuleQuery | null>(null);

const URGENCIES = ["info", "warning", "critical"];

export function RulesTable({ rules, query: given, leftOut }: { rules: RuleRow[]; query: RuleQuery; leftOut: number }) {
  const query = asked.value ?? given;
  const shown = sortRules(
    rules.filter((rule) => isAskedFor(rule, query)),
    query,
  );
  const ask = (change: Partial<RuleQuery>) => {
    asked.value = { ...query, ...change };
  };
  return (
    <section>
      <h2 id="rules">
        Rules{" "}
        <span class="count">
          {shown.length === rules.length
            ? formatCount(rules.length)
            : `${formatCount(shown.length)} of ${formatCount(rules.length)}`}
        </span>
      </h2>
      <Filter query={query} rules={rules} ask={ask} />
      {shown.length === 0 ? (
        <p class="dim">{rules.length === 0 ? "No rule is known." : "No rule is like that."}</p>
      ) : (
        <div class="scroll">
          <table class="rules">
            <caption class="unseen">Rules</caption>
            <thead>
              <tr>
                <Head sort="rule" query={query} ask={ask} title="Rule" />
                <Head sort="urgency" query={query} ask={ask} title="Condition" />
                <th scope="col">Newest 20 runs</th>
                <Head sort="rate" query={query} ask={ask} title="Success" number />
                <Head sort="p95" query={query} ask={ask} title="p95" number />
                <Head sort="success" query={query} ask={ask} title="Last success" />
                <th scope="col">Due and started</th>
                <th scope="col">When, and next</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((rule) => (
                <Rule key={rule.href} rule={rule} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {leftOut > 0 && <p class="dim">{formatPlural(leftOut, "further rule")} left out: the least urgent.</p>}
    </section>
  );
}

function Rule({ rule }: { rule: RuleRow }) {
  const { name, href, condition, severity, since, marks, due, ticks, pattern, next } = rule;
  return (
    <tr>
      <th scope="row">
        <a href={href}>{name}</a>
      </th>
      <td data-label="Condition">
        {severity === null ? (
          <span class="dim">{condition === "idle" ? `${condition}: ${rule.text}` : condition}</span>
        ) : (
          <>
            <Mark of={severity} />
            {condition}
          </>
        )}
        {since !== null && severity !== null && (
          <>
            {" "}
            <Since at={since} />
          </>
        )}
      </td>
      <td class="drawing">{marks === null ? <span class="dim">not kept</span> : <RunStrip marks={marks} />}</td>
      <td class="number" data-label="Success">
        <Rate rate={rule.rate} runs={rule.runs} />
      </td>
      <td class="number" data-label="p95">
        {rule.p95 === null ? <span class="dim">–</span> : formatDuration(rule.p95)}
      </td>
      <td class="time" data-label="Last success">
        {rule.lastSuccess === null ? <span class="dim">–</span> : <Ago at={rule.lastSuccess} />}
      </td>
      <td class="drawing" data-label="Due and started">
        {due !== null && <span class="beside">{due}</span>}
        {ticks !== null && <TickStrip ticks={ticks} />}
        {due === null && ticks === null && <span class="dim">nothing due</span>}
      </td>
      <td class="when">
        {pattern ?? <span class="dim">not scheduled</span>}
        {next.length > 0 && (
          <span class="dim">
            {" · "}
            {next.map((at, index) => (
              <span key={at}>
                {index > 0 && ", "}
                <Time at={at} />
              </span>
            ))}
          </span>
        )}
      </td>
    </tr>
  );
}

type Ask = (change: Partial<RuleQuery>) => void;

function Filter({ query, rules, ask }: { query: RuleQuery; rules: RuleRow[]; ask: Ask }) {
  const { place } = useFrame();
  if (place === "site" && !isAlive.value) return null;
  const conditions = CONDITIONS.filter((condition) => rules.some((rule) => rule.condition === condition));
  return (
    <form
      class="filter"
      method="get"
      action="#rules"
      role="search"
      onSubmit={(event) => isAlive.value && event.preventDefault()}
    >
      <label>
        <span class="unseen">Rules whose name or message has</span>
        <input
          type="search"
          name="q"
          placeholder="Filter rules"
          autocomplete="off"
          value={query.q}
          onInput={(event) => ask({ q: event.currentTarget.value })}
        />
      </label>
      <label>
        <span class="unseen">Condition</span>
        <select
          name="condition"
          value={query.condition}
          onChange={(event) => ask({ condition: event.currentTarget.value })}
        >
          <option value="">every condition</option>
          {conditions.map((condition) => (
            <option key={condition} value={condition} selected={condition === query.condition}>
              {condition}
            </option>
          ))}
        </select>
      </label>
      <input type="hidden" name="sort" value={query.sort} />
      {!isAlive.value && <button type="submit">Show</button>}
    </form>
  );
}

function Head({
  sort,
  title,
  query,
  ask,
  number = false,
}: {
  sort: RuleSort;
  title: string;
  query: RuleQuery;
  ask: Ask;
  number?: boolean;
}) {
  const isCurrent = query.sort === sort;
  const direction = isCurrent ? (query.down ? "descending" : "ascending") : undefined;
  const down = isCurrent ? !query.down : sort === "urgency" || sort === "runs" || sort === "p95";
  const parameters = new URLSearchParams({ q: query.q, condition: query.condition, sort, down: String(down) });
  return (
    <th scope="col" class={number ? "number" : undefined} aria-sort={direction}>
      <a
        class="sort"
        href={`?${parameters}#rules`}
        onClick={(event) => {
          if (!isAlive.value || event.metaKey || event.ctrlKey) return;
          event.preventDefault();
          ask({ sort, down });
        }}
      >
        {title}
        <span aria-hidden="true">{isCurrent ? (query.down ? " ↓" : " ↑") : ""}</span>
      </a>
    </th>
  );
}

function isAskedFor({ name, text, condition }: RuleRow, query: RuleQuery): boolean {
  const words = query.q.toLowerCase();
  if (query.condition !== "" && condition !== query.condition) return false;
  return words === "" || name.toLowerCase().includes(words) || text.toLowerCase().includes(words);
}

/** What is not known comes last, whichever way. */
function sortRules(rules: RuleRow[], { sort, down }: RuleQuery): RuleRow[] {
  const valueOf: Record<RuleSort, (rule: RuleRow) => number | string | null> = {
    urgency: ({ severity }) => (severity === null ? -1 : URGENCIES.indexOf(severity)),
    rule: ({ name }) => name,
    runs: ({ runs }) => runs,
    rate: ({ rate }) => rate,
    p95: ({ p95 }) => p95,
    success: ({ lastSuccess }) => lastSuccess,
  };
  const sign = down ? -1 : 1;
  return rules.toSorted((a, b) => {
    const [left, right] = [valueOf[sort](a), valueOf[sort](b)];
    if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0);
    return left < right ? -sign : left > right ? sign : 0;
  });
}
