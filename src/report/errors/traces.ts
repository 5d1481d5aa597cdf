/** Stack traces of the languages that syncs are written in: which lines name the failure and which only say where it was. */

import { EXCEPTION } from "./exceptions.ts";
import { isGeneric } from "./generic.ts";

type Trace = { isOne: (lines: string[], text: string) => boolean; find: (lines: string[]) => string | null };

/** Stands for the lines that are missing between the beginning of a message and its end. */
const MISSING = "…";

/** Order matters: a Ruby trace may begin like Python's. */
const TRACES: Trace[] = [
  { isOne: (lines) => lines.some(isRubyFrame), find: findInRuby },
  { isOne: (lines) => lines.some((line) => DAGSTER_HEAD.test(line)) && lines.some(isPythonFrame), find: findInDagster },
  {
    isOne: (lines, text) =>
      text.includes(PYTHON_HEAD) || lines.some((line) => isPythonFrame(line) || PYTHON_CHAIN.test(line)),
    find: findInPython,
  },
  { isOne: (lines) => lines.some(isElixirFrame), find: findInElixir },
  { isOne: (lines) => lines.some(isAtFrame), find: findAboveFrames },
  { isOne: (lines) => lines.some((line) => PHP_HEAD.test(line)), find: findInPhp },
  { isOne: (lines) => lines.some((line) => /^goroutine \d{1,9} \[/.test(line)), find: findInGo },
  { isOne: (lines) => lines.some((line) => RUST_HEAD.test(line)), find: findInRust },
  { isOne: (lines) => lines.some((line) => CHAIN_HEAD.test(line)), find: findInChain },
  { isOne: (lines) => lines.some((line) => POWERSHELL_PLACE.test(line)), find: findInPowerShell },
];

/** The failure that a stack trace is about; null for what is no trace. `end` follows `start` after missing lines. */
export function findInTrace(start: string, end: string | null): string | null {
  const text = restoreLines(start);
  const lines = text.split(/\r?\n/);
  if (end !== null) {
    const [cut = "", ...whole] = end.split(/\r?\n/);
    lines.push(MISSING, ...(whole.length === 0 ? [cut.trim()] : whole));
  }
  return (
    TRACES.find(({ isOne }) => isOne(lines, text))
      ?.find(lines)
      ?.trim() ?? null
  );
}

/** Line breaks that were lost on the way: written as `\n`, or made spaces. */
function restoreLines(text: string): string {
  if (text.includes("\n")) return text;
  if (/\\n(?: {2}|\\t)/.test(text) || text.includes(`${PYTHON_HEAD}:\\n`))
    return text.replaceAll("\\n", "\n").replaceAll("\\t", "\t");
  return text
    .replace(/ (?=File "[^"]{1,200}", line \d|at [^\s()]{1,200} ?\([^()]{1,200}:\d{1,7}\))/g, "\n  ")
    .replace(/(\n {2}at .{1,500}?\)) (?=Caused by: )/g, "$1\n");
}

const DAGSTER_HEAD = /^\s*Stack Trace:\s*$/;
const DAGSTER_CHAIN = /(?:caused by|during handling of) the following exception:\s*$/;

/** Dagster names each exception above its frames, and what caused it below them: the deepest that says something. */
function findInDagster(lines: string[]): string | null {
  const isEdge = (line: string) => DAGSTER_HEAD.test(line) || DAGSTER_CHAIN.test(line) || line === MISSING;
  const chains = lines.flatMap((line, index) => (DAGSTER_CHAIN.test(line) ? [index + 1] : []));
  const named = [0, ...chains].map((from) => {
    const length = lines.slice(from).findIndex(isEdge);
    const block = lines.slice(from, length === -1 ? undefined : from + length);
    return (findShaped(block) ?? block.join("\n")).trim();
  });
  return named.findLast((told) => told !== "" && !isGeneric(told)) ?? named.findLast((told) => told !== "") ?? null;
}

function isElixirFrame(line: string): boolean {
  return /^\s{2,8}(?:\([\w.]{1,60} [\w.+-]{1,40}\) )?[\w./-]{1,200}\.(?:exs?|erl):\d{1,7}: /.test(line);
}

/** What Elixir prints above its frames. */
function findInElixir(lines: string[]): string {
  return lines.slice(0, lines.findIndex(isElixirFrame)).join("\n");
}

const PYTHON_HEAD = "Traceback (most recent call last)";
const PYTHON_CHAIN = /^\s*(?:During handling of the above exception|The above exception was the direct cause)/;

/** The last exception; where that says nothing, the last one before it that does. */
function findInPython(lines: string[]): string | null {
  const last = findLastInPython(lines);
  const chain = lines.findLastIndex((line) => PYTHON_CHAIN.test(line));
  if (chain === -1 || last === null || !isGeneric(last)) return last;
  const earlier = findInPython(lines.slice(0, chain));
  return earlier === null || isGeneric(earlier) || isPythonFrame(earlier) ? last : earlier;
}

/** What Python prints last: the line after the last frame that is indented less than the frame. */
function findLastInPython(all: string[]): string | null {
  const lines = all.some((line) => /^\s*\+ Exception Group Traceback/.test(line)) ? all.map(leaveGroup) : all;
  const last = lines.findLastIndex(isPythonFrame);
  const frame = lines[last] ?? "";
  const after = lines.slice(last + 1);
  const missing = after.lastIndexOf(MISSING);
  if (missing !== -1)
    return findShaped(after.slice(missing + 1)) ?? after.findLast((line) => line.trim() !== "") ?? null;
  if (last === -1) return findAfterHead(lines);
  const at = after.findIndex((line) => line.trim() !== "" && indentOf(line) < indentOf(frame));
  const chained = after.findIndex((line) => PYTHON_CHAIN.test(line));
  const block = (from: number) => after.slice(from, chained > from ? chained : after.length).join("\n");
  if (at !== -1 && at !== chained) return block(at);
  const shaped = after.findIndex((line) => EXCEPTION.test(line.trim()));
  if (shaped !== -1) return block(shaped);
  return findAtEndOf(frame) ?? findBeforeChain(lines) ?? frame;
}

/** Of a trace without frames; empty where it is nothing but its first line. */
function findAfterHead(lines: string[]): string {
  const head = lines.findLastIndex((line) => line.includes(PYTHON_HEAD));
  const after = lines.slice(head + 1);
  return findShaped(after) ?? after.findLast((line) => line.trim() !== "") ?? "";
}

function findShaped(lines: string[]): string | null {
  const at = lines.findIndex((line) => EXCEPTION.test(line));
  return at === -1 ? null : lines.slice(at).join("\n");
}

/** In a trace on one line the exception follows the code of the last frame. */
function findAtEndOf(frame: string): string | null {
  const at = frame.search(/(?<=\s)(?:\w{1,60}\.){0,8}[A-Z]\w{0,60}(?:Error|Exception|Exit|Interrupt|Timeout)(?=: |$)/);
  return at === -1 ? null : frame.slice(at);
}

/** Where the last exception was cut off, the one before it is the newest that is known. */
function findBeforeChain(lines: string[]): string | null {
  const chain = lines.findLastIndex((line) => PYTHON_CHAIN.test(line));
  return chain === -1 ? null : findLastInPython(lines.slice(0, chain));
}

function isPythonFrame(line: string): boolean {
  return /^[\s|]{0,40}File "[^"]*", line \d/.test(line);
}

/** Python's exception groups draw a margin. */
function leaveGroup(line: string): string {
  return /^[\s+|-]*$/.test(line) ? "" : line.replace(/^\s*[|+] ?/, "").replace(/^-[+-]*-(?: \d{1,4} -*)?$/, "");
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

const PREFIX = /^(?:Exception in thread "[^"\n]*" |Unhandled [Ee]xception[.:] |Uncaught |\(node:\d{1,9}\) \w{1,40}: )+/;

/** Java, JavaScript and .NET print frames below the failure; what caused it follows in Java, or stands behind an arrow. */
function findAboveFrames(lines: string[]): string | null {
  const isEnd = (line: string) =>
    isAtFrame(line) || line === MISSING || /^\s*(?:\.\.\. \d{1,6} |--- End of )/.test(line);
  const blockFrom = (from: number) => {
    const length = lines.slice(from).findIndex(isEnd);
    return lines.slice(from, length === -1 ? undefined : from + length);
  };
  const cause = lines.findLastIndex((line) => line.startsWith("Caused by: "));
  if (cause !== -1) return blockFrom(cause).join("\n").slice("Caused by: ".length);
  const first = lines.findIndex((line) => line.trim() !== "" && !isEnd(line));
  if (first === -1) return null;
  const head = blockFrom(first);
  // Node shows the line of code with a mark below it, and then the failure, whatever its class is called.
  const marked = head.findLastIndex((line) => /^\s*\^+\s*$/.test(line));
  const shown = marked === -1 ? [] : head.slice(marked + 1).filter((line) => line.trim() !== "");
  if (shown.length > 0) return withCause(shown.join("\n").replace(PREFIX, ""), lines);
  const named = head.findIndex((line) => EXCEPTION.test(line.replace(PREFIX, "")));
  const told = head.slice(Math.max(0, named)).join("\n").replace(PREFIX, "");
  const arrow = told.lastIndexOf(" ---> ");
  if (arrow !== -1) return told.slice(arrow + " ---> ".length).replace(/^\(Inner Exception #\d{1,4}\) /, "");
  return withCause(told, lines);
}

function withCause(told: string, lines: string[]): string {
  const inner = /^\s*\[cause\]: (.+)$/.exec(lines.find((line) => /^\s*\[cause\]: /.test(line)) ?? "")?.[1];
  if (inner !== undefined) return `${told.trim()} [cause]: ${inner}`;
  // Several attempts that failed together have no words of their own.
  const first = lines[lines.findIndex((line) => /^\s*\[errors\]: \[\s*$/.test(line)) + 1] ?? "";
  return /:\s*$/.test(told) && EXCEPTION.test(first.trim()) ? `${told.trim()} ${first.trim()}` : told;
}

function isAtFrame(line: string): boolean {
  const text = line.trimEnd();
  if (!/^\s*at \S/.test(text)) return false;
  return (
    /[)\]]$/.test(text.slice(-1)) ||
    (/^\s/.test(text) && /(?::\d{1,7}|:line \d{1,7}|<anonymous>| \{)$/.test(text.slice(-16)))
  );
}

const PHP_HEAD = /^(?:Stack trace:|\[stacktrace\])\s*$/;

function findInPhp(lines: string[]): string | null {
  const head = lines.slice(
    0,
    lines.findIndex((line) => PHP_HEAD.test(line)),
  );
  return head
    .join("\n")
    .trim()
    .replace(/^\[[^\]\n]{1,40}\] (?:[\w.]{1,60}: )?/, "")
    .replace(/^(?:PHP )?\w{1,20} error:\s+/, "")
    .replace(/^Uncaught /, "")
    .replace(/ \{"(?:exception|userId)":[\s\S]*$/, "")
    .replace(/ in \S{1,300}$/, "");
}

const RUBY_PLACE = /^\s*\S{1,300}:\d{1,7}:in [`'"‘][^'"’\n]{1,200}['"’]/;

/** Ruby's first line names the place before the failure, and what caused it has such a line below; in its reversed traces it is the last. */
function findInRuby(lines: string[]): string | null {
  const isTold = (line: string) => RUBY_PLACE.test(line) && line.replace(RUBY_PLACE, "").startsWith(": ");
  const isTelling = (line: string) => isTold(line) && !isGeneric(line.replace(RUBY_PLACE, "").slice(": ".length));
  const telling = lines.findIndex(isTelling);
  const told = telling === -1 ? lines.findIndex(isTold) : telling;
  const from = told === -1 ? lines.findIndex((line) => line.trim() !== "" && !isRubyFrame(line)) : told;
  if (from === -1) return null;
  const length = lines.slice(from + 1).findIndex((line) => isRubyFrame(line) || line === MISSING);
  const block = lines.slice(from, length === -1 ? undefined : from + 1 + length);
  return block.join("\n").replace(RUBY_PLACE, "").replace(/^: /, "");
}

function isRubyFrame(line: string): boolean {
  return RUBY_PLACE.test(line.replace(/^\s*(?:\d{1,6}: )?(?:from )?/, ""));
}

function findInGo(lines: string[]): string | null {
  const above = lines.slice(
    0,
    lines.findIndex((line) => /^goroutine \d/.test(line)),
  );
  return (
    above.find((line) => /\bpanic\b|^fatal error: /.test(line)) ?? above.find((line) => line.trim() !== "") ?? null
  );
}

const RUST_HEAD = /^thread '[^'\n]{0,100}'(?: \(\d{1,9}\))? panicked at /;

function findInRust(lines: string[]): string | null {
  const at = lines.findIndex((line) => RUST_HEAD.test(line));
  const line = (lines[at] ?? "").replace(RUST_HEAD, "");
  if (!/:\d{1,7}:$/.test(line.slice(-9))) return line.replace(/, \S{1,300}:\d{1,7}$/, "");
  const after = lines.slice(at + 1);
  const length = after.findIndex((one) => /^(?:note: run with|stack backtrace:)/.test(one) || one === MISSING);
  return after.slice(0, length === -1 ? undefined : length).join("\n");
}

const CHAIN_HEAD = /^Caused by:\s*$|^Error:\s*$/;
const CHAIN_PART = /^\s{2,8}(?:\d{1,3}: )?(?=\S)/;

/** Rust's anyhow and eyre number what caused the failure below it: the failure and its last cause. */
function findInChain(lines: string[]): string | null {
  const head = lines.findIndex((line) => CHAIN_HEAD.test(line));
  const after = lines.slice(head + 1);
  const length = after.findIndex((line) => !CHAIN_PART.test(line));
  const parts = after.slice(0, length === -1 ? undefined : length).map((line) => line.replace(CHAIN_PART, "").trim());
  const failed = lines
    .slice(0, head)
    .findLast((line) => line.trim() !== "")
    ?.replace(/^Error: /, "");
  const [told, cause] = [failed ?? parts[0], parts.at(-1)];
  if (told === undefined || cause === undefined) return null;
  return told === cause || isGeneric(told) ? cause : `${told.trim()}: ${cause}`;
}

const POWERSHELL_PLACE = /^At (?:line|\S.{0,300}):\d{1,7} char:\d{1,7}\s*$/;

/** PowerShell's place, code and categories stand below the failure. */
function findInPowerShell(lines: string[]): string | null {
  const above = lines.slice(
    0,
    lines.findIndex((line) => POWERSHELL_PLACE.test(line)),
  );
  return above.some((line) => line.trim() !== "") ? above.join("\n") : null;
}
