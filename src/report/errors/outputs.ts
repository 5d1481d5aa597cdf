/** What a program printed until it failed: the lines of a log, and what a command wrote to stdout and stderr. */
import { EXCEPTION } from "./exceptions.ts";
import { isGeneric } from "./generic.ts";
import { findInLines, findInTimedLog } from "./plain-logs.ts";

/** Stands for the lines that are missing between the beginning of a message and its end. */
const MISSING = "…";
/** A level in capitals after at most a time, a host and a logger; `level=error` in any letters. */
const LEVEL =
  /^(?:[^\s|]{1,60}[\s|]{1,3}){0,6}?(?:(?:level|lvl|severity)="?(\w{3,8})\b"?|[[(<]?(?:[\w-]{1,30}\.)?(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|SEVERE|CRITICAL|CRIT|FATAL)\b(?:\/[\w-]{1,40})?[\])>]?)[\s|:-]{0,3}/;
const IS_ERROR = /^(?:err|error|severe|critical|crit|fatal|panic)$/i;
const JSON_LINE = /^\s*\{\s{0,20}"/;
const JSON_ERROR =
  /"(?:level|severity|levelname|log\.level|lvl)"\s{0,5}:\s{0,5}(?:"(?:error|err|fatal|critical|severe|panic)"|[56]0\b)/i;
/** Of a command: `stderr:`, `--- stderr ---`, `Standard error:`. */
const STREAM = /^\W{0,10}(?:std|standard )(out|err)(?:put|or)?(?: output)?\W{0,10}?(?::|\W{2,10}$|$)[ \t]*/i;
const TOLD = /^(?:[\w.-]{1,40}: )?(?:error|fatal|critical|panic)\b[:\s[]|^curl: \(\d{1,3}\) /i;
/** The lines of curl's table of progress. */
const PROGRESS = /^\s*(?:% Total\b.*Received|Dload\s+Upload\b|\d[\d.]*\s+[\d.]+[kMG]?\s.*[\d-]:[\d-]{2}:[\d-]{2}\s)/;
/** A text of so many characters is shown whole, and its first lines decide which messages are alike. */
const SHOWN_WHOLE = 200;

/**
 * The lines that name the failure in what a program printed, null where the text is nothing of that kind. `end` follows `start`
 * after missing lines; its first line may be half a line.
 */
export function findInOutput(start: string, end: string | null): string | null {
  const printed = [...start.split(/\r?\n/), ...(end === null ? [] : [MISSING, ...end.split(/\r?\n/).slice(1)])];
  const lines = printed.filter((line) => !PROGRESS.test(line));
  if (printed.length < 2) return null;
  return (
    findInJsonLines(lines) ??
    findInStreams(lines) ??
    findInLog(lines) ??
    findInTimedLog(lines, MISSING) ??
    findAtEnd(lines, end !== null) ??
    (lines.length < printed.length ? lines.join("\n") : null)
  );
}

/** One JSON object a line. */
export function isJsonLines(text: string): boolean {
  return text.split("\n").filter((line) => JSON_LINE.test(line)).length > 1;
}

/** Of lines of JSON the last that is an error. */
function findInJsonLines(lines: string[]): string | null {
  if (!isJsonLines(lines.join("\n"))) return null;
  return lines.findLast((line) => JSON_LINE.test(line) && JSON_ERROR.test(line)) ?? null;
}

/** What stands behind the last `stderr:`, up to the next stream. */
function findInStreams(lines: string[]): string | null {
  const at = lines.findLastIndex((line) => STREAM.exec(line)?.[1]?.toLowerCase() === "err");
  if (at === -1) return null;
  const next = lines.slice(at + 1).findIndex((line) => STREAM.test(line));
  const [first = "", ...rest] = lines.slice(at, next === -1 ? undefined : at + 1 + next);
  const said = [first.replace(STREAM, ""), ...rest].join("\n").trim();
  if (said === "" || said === MISSING) return null;
  return findInOutput(said, null) ?? said;
}

/** Of two lines with a level or more: the last error that says what failed, else the last one, without its time and level. */
function findInLog(lines: string[]): string | null {
  const starts = lines.flatMap((line, index) => {
    const level = LEVEL.exec(line);
    return level === null
      ? []
      : [{ index, isError: IS_ERROR.test(level[1] ?? level[2] ?? ""), length: level[0].length }];
  });
  if (starts.length < 2) return null;
  const errors = starts.flatMap(({ index, isError, length }, number) => {
    if (!isError) return [];
    const [first = "", ...rest] = lines.slice(index, starts[number + 1]?.index);
    const missing = rest.indexOf(MISSING);
    return [[first.slice(length), ...rest.slice(0, missing === -1 ? undefined : missing)].join("\n").trim()];
  });
  return errors.findLast((told) => !isGeneric(told)) ?? errors.at(-1) ?? null;
}

/** Of a long text its last exception, or the last line that is called an error. */
function findAtEnd(lines: string[], isCut: boolean): string | null {
  if (!isCut && lines.join("\n").length <= SHOWN_WHOLE) return null;
  const isTelling = (line: string) => (EXCEPTION.test(line) || TOLD.test(line)) && !isGeneric(line);
  const at = lines.findLastIndex(isTelling);
  if (at === -1) return findInLines(lines, MISSING);
  if (at === 0) return null;
  const block = lines.slice(at);
  const length = block.indexOf(MISSING);
  return block.slice(0, length === -1 ? undefined : length).join("\n");
}
