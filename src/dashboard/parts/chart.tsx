/** Charts: drawn on the server, so that they are there without a script, and made to answer a pointer where one runs. */
import { useEffect, useRef, useState } from "preact/hooks";
import { formatCount, formatDuration, formatRatio } from "../../text/figures.ts";
import type { Durations, Strip } from "../view.ts";
import { LINE_MARGIN, listAlone, plotWith, topOf, type Chart } from "./plot.ts";
import { isAlive } from "./state.ts";
import { Time } from "./time.tsx";

const WIDTH = 1000;
const HOUR_SECONDS = 3600;

export function VolumeCharts({ volume, durations }: { volume: Strip; durations: Durations }) {
  const startSeconds = Date.parse(volume.start) / 1000;
  const at = volume.total.map((_, index) => startSeconds + index * volume.stepHours * HOUR_SECONDS);
  const rates = volume.total.map((total, index) =>
    total === null || total === 0 ? null : 1 - (volume.failed[index] ?? 0) / total,
  );
  const each = volume.stepHours === 1 ? "an hour" : `in ${volume.stepHours} h`;
  return (
    <div class="charts">
      <Plot
        title={`Runs ${each}`}
        chart={{
          at,
          bars: true,
          top: null,
          format: (value) => formatCount(Math.round(value)),
          lines: [
            { name: "finished", tone: "run", values: volume.total },
            { name: "failed", tone: "failed", values: volume.failed },
          ],
        }}
      />
      <Plot
        title="Succeeded"
        chart={{
          at,
          bars: false,
          top: 1,
          format: formatRatio,
          lines: [{ name: "succeeded", tone: "ink", values: rates }],
        }}
      />
      {durations.at.length > 1 && (
        <Plot
          title="Duration of a run, by report"
          chart={{
            at: durations.at,
            bars: false,
            top: null,
            format: formatDuration,
            lines: [
              { name: "p99", tone: "light", values: durations.p99 },
              { name: "p95", tone: "run", values: durations.p95 },
              { name: "median", tone: "ink", values: durations.p50 },
            ],
          }}
        />
      )}
    </div>
  );
}

/** Where the pointer is; null: nowhere. */
type Pointed = number | null;

function Plot({ title, chart }: { title: string; chart: Chart }) {
  const ground = useRef<unknown>(null);
  const [pointed, point] = useState<Pointed>(null);
  const plot = isAlive.value ? plotWith.value : null;
  const key = JSON.stringify([chart.at, chart.lines.map(({ values }) => values)]);
  useEffect(
    () => (plot === null || ground.current === null ? undefined : plot(ground.current, chart, point)),
    [plot, key],
  );
  const shown = pointed ?? chart.at.length - 1;
  return (
    <figure class="chart">
      <figcaption>
        <b>{title}</b>
        <span class="read">
          {chart.at[shown] !== undefined && (
            <span class="dim">
              <Time at={new Date((chart.at[shown] ?? 0) * 1000).toISOString()} />
            </span>
          )}
          {chart.lines.toReversed().map(({ name, tone, values }) => (
            <span key={name} class={`key ${tone}`}>
              {name} {say(values[shown], chart)}
            </span>
          ))}
        </span>
      </figcaption>
      <div
        class="ground"
        ref={(element) => {
          ground.current = element;
        }}
        data-live={plot === null ? undefined : "true"}
      >
        <span class="top dim">{chart.format(topOf(chart))}</span>
        <span class="bottom dim">{chart.bars || chart.top !== null ? chart.format(0) : ""}</span>
        <Still chart={chart} title={title} />
      </div>
      <div class="axis dim" aria-hidden="true">
        <Ends chart={chart} />
      </div>
    </figure>
  );
}

function say(value: number | null | undefined, { format }: Chart): string {
  return value === null || value === undefined ? "–" : format(value);
}

/** Lines go by time, whenever their points are; bars stand side by side. */
function Ends({ chart: { at, bars } }: { chart: Chart }) {
  const [first, last] = [at[0], at.at(-1)];
  const between = first === undefined || last === undefined ? undefined : (first + last) / 2;
  const marks = [first, bars ? at[Math.floor(at.length / 2)] : between, last];
  return (
    <>
      {marks.map((seconds, index) =>
        seconds === undefined ? null : (
          <span key={index}>
            <Time at={new Date(seconds * 1000).toISOString()} />
          </span>
        ),
      )}
    </>
  );
}

const HEIGHT = 120;

function Still({ chart, title }: { chart: Chart; title: string }) {
  const { at, lines, bars } = chart;
  const top = topOf(chart);
  const from = at[0] ?? 0;
  const step = at.length > 1 ? (at[1] ?? 0) - from : 1;
  const until = (at.at(-1) ?? 0) + (bars ? step : 0);
  const x = (seconds: number) => ((seconds - from) / Math.max(1, until - from)) * WIDTH;
  const edge = bars ? 0 : LINE_MARGIN;
  const y = (value: number) => HEIGHT - ((value / top + edge) / (1 + 2 * edge)) * HEIGHT;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={describeChart(title, chart)}
    >
      {lines.map(({ name, tone, values }) =>
        bars ? (
          <g key={name} class={tone}>
            {values.map((value, index) =>
              value === null || value === 0 ? null : (
                <rect
                  key={at[index]}
                  x={x(at[index] ?? 0)}
                  y={y(value)}
                  width={Math.max(1, x(from + step) * 0.8)}
                  height={HEIGHT - y(value)}
                />
              ),
            )}
          </g>
        ) : (
          <path key={name} class={`line ${tone}`} d={writePath(values, at, x, y)} />
        ),
      )}
    </svg>
  );
}

function writePath(
  values: (number | null)[],
  at: number[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  const alone = new Set(listAlone(values));
  let isDown = false;
  return values
    .map((value, index) => {
      if (value === null) {
        isDown = false;
        return "";
      }
      const command = isDown ? "L" : "M";
      isDown = true;
      // A line without a length is a dot.
      return `${command}${x(at[index] ?? 0).toFixed(1)} ${y(value).toFixed(1)}${alone.has(index) ? "h0" : ""}`;
    })
    .join("");
}

function describeChart(title: string, { lines, format }: Chart): string {
  const parts = lines.flatMap(({ name, values }) => {
    const known = values.flatMap((value) => value ?? []);
    return known.length === 0 ? [] : [`${name} from ${format(Math.min(...known))} to ${format(Math.max(...known))}`];
  });
  return `${title}: ${parts.length === 0 ? "nothing known" : parts.join("; ")}`;
}
