/** Logs whose lines have no level, and other long outputs: which of their lines says that something failed. */
import { isGeneric } from "./generic.ts";

/** The time at the beginning of a line, as Go, dbt, shells and syslog write it; syslog's host and program stand behind it. */
const STAMP =
  /^\s{0,8}\[?(?:\d{4}[-/.]\d\d[-/.]\d\d[T ,]{1,2}|[A-Z][a-z]{2} [ \d]\d )?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?(?: [\w.-]{1,60} [\w./-]{1,40}\[\d{1,9}\]:)?(?=\s|$)/;
const FAILING =
  /\b(?:fail(?:ed|s|ure|ures|ing)?|errors?|exceptions?|fatal|panic|abort(?:ed|ing)?|refused|denied|exceeded|rejected|invalid|illegal|unexpected|unknown|cannot|can['’]t|could(?: not|n['’]t)|unable to|no such|not found|not allowed|(?:does not|doesn['’]t) exist|deadlock(?:ed)?|timed? ?out|timeout|unauthori[sz]ed|forbidden|unavailable|unreachable|out of (?:memory|range|space)|no space left|killed|crash(?:ed)?|violat(?:es|ed|ion)|reset by peer|broken pipe|expired|too (?:many|long|large)|cancell?ed by)\b|\w(?:Error|Exception)\b/i;
/** `ERROR=1`, `0 failed`, `no errors`: a summary. */
const COUNTED =
  /\b(?:no|without|\d+) (?:errors?|failures?|exceptions?|failed)\b|\b(?:errors?|exceptions?|fail\w{0,4})(?:=\d+|\s?[:=]\s?0)\b/gi;

/** Of a log whose lines begin with a time: the last that says what failed, without its time; null for what is no such log. */
export function findInTimedLog(lines: string[], missing: string): string | null {
  const told = lines.filter((line) => line.trim() !== "" && line !== missing);
  const stamped = told.filter((line) => STAMP.test(line)).length;
  if (stamped < 2 || stamped * 2 < told.length) return null;
  return findFailing(lines, missing);
}

/** Of other lines: the last that says what failed; null where the first one does so itself. */
export function findInLines(lines: string[], missing: string): string | null {
  const failing = findFailing(lines, missing);
  return failing === null || isFailing(lines[0] ?? "") || isGeneric(failing) ? null : failing;
}

/** A line and those below that are indented; the last that fails and is not generic, else the last that fails. */
function findFailing(lines: string[], missing: string): string | null {
  const stamped = lines.filter((line) => STAMP.test(line)).map((line) => line.replace(STAMP, ""));
  const least = Math.min(...stamped.filter((line) => line.trim() !== "").map(indentOf));
  const bare = lines.map((line) => (STAMP.test(line) ? line.replace(STAMP, "").slice(least) : line));
  const entries: string[] = [];
  let isOpen = false;
  for (const [at, line] of bare.entries()) {
    const isNone = line.trim() === "" || lines[at] === missing;
    if (!isNone && isOpen && indentOf(line) > 0) entries.push(`${entries.pop() ?? ""}\n${line.trim()}`);
    else if (!isNone) entries.push(line.trim());
    isOpen = !isNone;
  }
  const failing = entries.filter(isFailing);
  return failing.findLast((words) => !isGeneric(words)) ?? failing.at(-1) ?? null;
}

function isFailing(words: string): boolean {
  return FAILING.test(words.replace(COUNTED, ""));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
