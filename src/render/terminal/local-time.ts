/** Times of a report for a reader in another zone: UTC, and the local time beside it. */
import { formatMinute } from "../../text/figures.ts";

/** The end of a window, and once for all what the times in sentences are, which were written before anybody asked for a zone. */
export function formatWindowEnd(instant: string, timezone: string | null): string {
  const both = formatLocalMinute(instant, timezone);
  return timezone === null ? both : both.replace(/\)$/, "; in sentences UTC)");
}

/** One time of a list whose head names the zone: the zone's, else UTC. */
export function formatListed(instant: string, timezone: string | null): string {
  return formatMinute(timezone === null ? instant : toLocal(instant, timezone));
}

/** An RFC 3339 instant as `10 Jul 2026 21:00 UTC`, and with a zone `10 Jul 2026 21:00 UTC (23:00 Europe/Berlin)`. */
function formatLocalMinute(instant: string, timezone: string | null): string {
  const utc = `${formatMinute(instant)} UTC`;
  return timezone === null ? utc : `${utc} (${formatLocal(instant, timezone)} ${timezone})`;
}

/** A sentence with the local time beside each full time of it, such as `10 Jul 2026 21:00 UTC`. */
export function tellLocal(sentence: string, timezone: string | null): string {
  if (timezone === null) return sentence;
  return sentence.replaceAll(/\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d UTC/g, (utc) =>
    formatLocalMinute(new Date(utc).toISOString(), timezone),
  );
}

/** The wall clock of the zone, with the day where it is another one than in UTC. */
export function formatLocal(instant: string, timezone: string): string {
  const local = toLocal(instant, timezone);
  const [day = "", time = ""] = local.split("T");
  return day === instant.slice(0, 10) ? time : formatMinute(local).replace(/ \d{4} /, " ");
}

function toLocal(instant: string, timezone: string): string {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(timezone).toPlainDateTime();
  return local.toString({ smallestUnit: "minute" });
}
