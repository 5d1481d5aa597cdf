/** What a server's messages look like (PostgreSQL documentation, 55.7): how long they may be, and what must be in them. */
import { DatabaseError } from "./failure.ts";

/** While the session is opened, and from then on. */
export type Phase = "start" | "query";

type Message = {
  phases: Phase[];
  /** Bytes of its body. */
  longest: number;
  /** Whether the client library gets it; else it is checked and dropped. */
  passed: boolean;
  fits: (body: Buffer, columns: number | null) => boolean;
};

/** Statements of ours have fewer columns. */
const MOST_COLUMNS = 50;
/** Of one statement: SQLite, which a store may be in as well, takes no more. */
const MOST_PARAMETERS = 32_766;
const LONGEST_TEXT = 1_048_576;
const COLUMN_BYTES = 18;

const isEmpty = (body: Buffer) => body.length === 0;
const anything = () => true;
const BOTH: Phase[] = ["start", "query"];

/** By type byte. What is not here, such as COPY, is nothing that we ask for. */
const MESSAGES: ReadonlyMap<string, Message> = new Map<string, Message>([
  ["R", { phases: ["start"], longest: 2048, passed: true, fits: (body) => body.length >= 4 }],
  ["K", { phases: ["start"], longest: 8, passed: true, fits: (body) => body.length === 8 }],
  ["S", { phases: BOTH, longest: LONGEST_TEXT, passed: false, fits: anything }],
  ["N", { phases: BOTH, longest: LONGEST_TEXT, passed: false, fits: anything }],
  ["A", { phases: BOTH, longest: LONGEST_TEXT, passed: false, fits: anything }],
  ["E", { phases: BOTH, longest: LONGEST_TEXT, passed: true, fits: isFailure }],
  ["Z", { phases: BOTH, longest: 1, passed: true, fits: (body) => /^[ITE]$/.test(body.toString("latin1")) }],
  ["1", { phases: ["query"], longest: 0, passed: true, fits: isEmpty }],
  ["2", { phases: ["query"], longest: 0, passed: true, fits: isEmpty }],
  ["n", { phases: ["query"], longest: 0, passed: true, fits: isEmpty }],
  ["I", { phases: ["query"], longest: 0, passed: true, fits: isEmpty }],
  ["t", { phases: ["query"], longest: 2 + MOST_PARAMETERS * 4, passed: true, fits: isParameterDescription }],
  ["T", { phases: ["query"], longest: 65_536, passed: true, fits: (body) => countColumns(body) !== null }],
  ["D", { phases: ["query"], longest: Infinity, passed: true, fits: isRow }],
  ["C", { phases: ["query"], longest: 256, passed: true, fits: (body) => body.indexOf(0) === body.length - 1 }],
]);

/** Throws where no server says such a thing in that phase, before its body is there. */
export function expectMessage(type: number, length: number, phase: Phase): Message {
  const name = String.fromCharCode(type);
  const message = MESSAGES.get(name);
  const shown = /[\w]/.test(name) ? `of type ${name}` : `of type 0x${type.toString(16).padStart(2, "0")}`;
  if (message === undefined) throw malformed(`a message ${shown}, which nobody asked for`);
  if (!message.phases.includes(phase)) throw malformed(`a message ${shown} at the wrong time`);
  if (length < 0 || length > message.longest) throw malformed(`a message ${shown} of ${length + 4} bytes`);
  return message;
}

/** Throws where the body does not fit its type. `columns`: those of the rows, null before they are described. */
export function checkBody(type: number, { fits }: Message, body: Buffer, columns: number | null): void {
  if (!fits(body, columns)) throw malformed(`a message of type ${String.fromCharCode(type)} that does not fit`);
}

/** Of a RowDescription; null where it is none. */
export function countColumns(body: Buffer): number | null {
  if (body.length < 2) return null;
  const count = body.readUInt16BE(0);
  if (count > MOST_COLUMNS) return null;
  let at = 2;
  for (let column = 0; column < count; column += 1) {
    const end = body.indexOf(0, at);
    if (end === -1) return null;
    at = end + 1 + COLUMN_BYTES;
  }
  return at === body.length ? count : null;
}

export function malformed(what: string): DatabaseError {
  return new DatabaseError(
    `its answer breaks PostgreSQL's protocol (${what}): check host and port, and what stands between`,
  );
}

/** A row has as many values as columns were described, and they fill it exactly. */
function isRow(body: Buffer, columns: number | null): boolean {
  if (columns === null || body.length < 2 || body.readUInt16BE(0) !== columns) return false;
  let at = 2;
  for (let column = 0; column < columns; column += 1) {
    if (at + 4 > body.length) return false;
    const length = body.readInt32BE(at);
    if (length < -1) return false;
    at += 4 + Math.max(0, length);
  }
  return at === body.length;
}

/** Fields, each a letter and a text, and a zero at the end. Code and message are always among them. */
function isFailure(body: Buffer): boolean {
  const fields = new Map<string, string>();
  let at = 0;
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at + 1);
    if (end === -1) return false;
    fields.set(String.fromCharCode(body[at] ?? 0), body.toString("utf8", at + 1, end));
    at = end + 1;
  }
  return at === body.length - 1 && fields.has("M") && /^[0-9A-Z]{5}$/.test(fields.get("C") ?? "");
}

function isParameterDescription(body: Buffer): boolean {
  return body.length >= 2 && body.length === 2 + body.readUInt16BE(0) * 4;
}
