/** Activity over the window in one line: height is the number of actions, colour the success rate. */
import type { Report } from "../../report/schema.ts";
import type { Style } from "./style.ts";

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const NOTHING = "·";
const MOST_CELLS = 24;
const GOOD_RATE = 0.95;
const DOUBTFUL_RATE = 0.7;

/** One cell an hour; longer windows put the same number of hours into each of at most about 24 cells. */
export function drawSparkline({ trend_analysis }: Report, style: Style): string {
  const { actions_per_hour: totals, success_rates_per_hour: rates } = trend_analysis.hourly_distribution;
  const hours = Object.entries(totals).map(([key, total]) => ({
    total,
    successful: total * (Object.hasOwn(rates, key) ? (rates[key] ?? 0) : 0),
  }));
  const size = hours.length > MOST_CELLS + 1 ? Math.ceil(hours.length / MOST_CELLS) : 1;
  const cells = Array.from({ length: Math.ceil(hours.length / size) }, (_, index) => {
    const members = hours.slice(index * size, (index + 1) * size);
    return {
      total: members.reduce((sum, hour) => sum + hour.total, 0),
      successful: members.reduce((sum, hour) => sum + hour.successful, 0),
    };
  });
  const peak = Math.max(...cells.map((cell) => cell.total));
  return cells
    .map(({ total, successful }) => {
      if (total === 0) return style.faint(NOTHING);
      const bar = BARS[Math.max(0, Math.ceil((total / peak) * BARS.length) - 1)] ?? "";
      const rate = successful / total;
      return rate >= GOOD_RATE ? style.good(bar) : rate >= DOUBTFUL_RATE ? style.doubtful(bar) : style.bad(bar);
    })
    .join("");
}
