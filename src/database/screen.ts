/** A server's bytes, cut into messages and held to PostgreSQL's protocol and to bounds. */
import type { Authentication } from "./authentication.ts";
import { DatabaseError } from "./failure.ts";
import { checkBody, countColumns, expectMessage, malformed, type Phase } from "./messages.ts";

const HEADER_BYTES = 5;
const MEBIBYTE = 1_048_576;
/** For one statement, rows and notices included; a row is a table or a saved report. */
const MOST_MESSAGES = 20_000;
/** So small an answer takes little memory, whatever is in it. */
const SMALL_BYTES = MEBIBYTE;
/**
 * How many bytes of a larger answer there are at least for each list or object, and for each value in one. JSON of less
 * takes 30 times its own length in memory.
 */
const BYTES_PER_LIST = 64;
const BYTES_PER_VALUE = 16;
const OPENING = ["[", "{"];

export type Screen = {
  /** Told of all that is sent to the server. */
  sent: (bytes: Buffer) => void;
  /** The whole messages that the client library is to see. Throws a `DatabaseError` at the first that is wrong. */
  received: (chunk: Buffer) => Iterable<Buffer>;
  /** What the server said of itself last; null: nothing, as some poolers do. */
  isStandby: () => boolean | null;
  /** Whether a session is open. */
  isOpen: () => boolean;
  /** Why the server ends the session, as it says itself; null: it said nothing. The client library knows only of the end. */
  farewell: () => Farewell | null;
};

/** Of an error that ends the session. `code`: SQLSTATE. */
export type Farewell = { severity: "FATAL" | "PANIC"; code: string; message: string };

/** `mostBytes`: the longest answer to one statement, and to the attempt to connect. */
export function screenServer(authentication: Authentication, mostBytes: number): Screen {
  let phase: Phase = "start";
  /** Whether something was sent that is not answered to its end. */
  let asking = false;
  let columns: number | null = null;
  let bytes = 0;
  let messages = 0;
  let lists = 0;
  let values = 0;
  let rowBytes = 0;
  let isStandby: boolean | null = null;
  let farewell: Farewell | null = null;

  const announce = (header: Buffer): number => {
    const [type = 0] = header;
    const length = header.readUInt32BE(1) + 1;
    expectMessage(type, length - HEADER_BYTES, phase);
    bytes += length;
    messages += 1;
    if (String.fromCharCode(type) === "D") rowBytes += length;
    if (bytes > mostBytes) {
      const advice = rowBytes * 2 > bytes ? "has each run a rule of its own?" : "look for notices in its log";
      throw new DatabaseError(`answers with more than ${mostBytes / MEBIBYTE} MiB: ${advice}`);
    }
    if (messages > MOST_MESSAGES)
      throw new DatabaseError(`answers with more than ${MOST_MESSAGES} messages: look for notices in its log`);
    return length;
  };

  /** Whether the client library is to see it. */
  const judge = (message: Buffer): boolean => {
    const [type = 0] = message;
    const body = message.subarray(HEADER_BYTES);
    const expected = expectMessage(type, body.length, phase);
    checkBody(type, expected, body, columns);
    if (String.fromCharCode(type) === "S") isStandby = readStandby(body) ?? isStandby;
    if (!expected.passed) return false;
    const name = String.fromCharCode(type);
    if (name === "E") farewell = readFarewell(body) ?? farewell;
    if (!asking && name !== "E") throw malformed(`a message of type ${name} that answers nothing`);
    if (name === "R") authentication.asked(body);
    if ((name === "K" || name === "Z") && !authentication.isDone()) throw malformed("a session without authentication");
    if (name === "D" && bytes > SMALL_BYTES) {
      lists += OPENING.reduce((all, letter) => all + count(body, letter, mostBytes / BYTES_PER_LIST), 0);
      values += count(body, ",", mostBytes / BYTES_PER_VALUE);
      if (lists > mostBytes / BYTES_PER_LIST || values > mostBytes / BYTES_PER_VALUE)
        throw new DatabaseError("answers with more values than a report is made of: has each run a rule of its own?");
    }
    if (name === "T") columns = countColumns(body);
    if (name === "n" || name === "C" || name === "Z") columns = null;
    if (name === "Z") {
      phase = "query";
      asking = false;
      bytes = 0;
      messages = 0;
      lists = 0;
      values = 0;
      rowBytes = 0;
    }
    return true;
  };

  const cut = cutMessages(announce);
  return {
    isStandby: () => isStandby,
    isOpen: () => phase === "query",
    farewell: () => farewell,
    sent: (data) => {
      if (phase === "start") authentication.replied(data);
      asking = true;
    },
    received: function* (chunk) {
      for (const message of cut(chunk)) if (judge(message)) yield message;
    },
  };
}

/** Of a parameter that a server reports; null: it is another one. */
function readStandby(body: Buffer): boolean | null {
  const [name, value] = body.toString("latin1").split("\0", 2);
  return name === "in_hot_standby" ? value === "on" : null;
}

/** Fields of an ErrorResponse (PostgreSQL documentation, 54.8): V is the severity in English, S as it is shown. */
function readFarewell(body: Buffer): Farewell | null {
  const fields = new Map(
    body
      .toString("utf8")
      .split("\0")
      .map((field) => [field[0] ?? "", field.slice(1)]),
  );
  const severity = fields.get("V") ?? fields.get("S");
  if (severity !== "FATAL" && severity !== "PANIC") return null;
  return { severity, code: fields.get("C") ?? "", message: fields.get("M") ?? "" };
}

function count(body: Buffer, letter: string, most: number): number {
  const byte = letter.charCodeAt(0);
  let found = 0;
  for (let at = body.indexOf(byte); at !== -1 && found <= most; at = body.indexOf(byte, at + 1)) found += 1;
  return found;
}

/** `announce` is told each header before room is made for the message, and returns the message's whole length. */
function cutMessages(announce: (header: Buffer) => number): (chunk: Buffer) => Iterable<Buffer> {
  let header: Buffer = Buffer.alloc(0);
  let message: Buffer | null = null;
  let filled = 0;
  return function* (chunk) {
    let rest = header.length === 0 ? chunk : Buffer.concat([header, chunk]);
    header = Buffer.alloc(0);
    while (rest.length > 0) {
      if (message === null && rest.length < HEADER_BYTES) {
        header = Buffer.from(rest);
        return;
      }
      if (message === null) {
        const length = announce(rest);
        if (rest.length >= length) {
          yield rest.subarray(0, length);
          rest = rest.subarray(length);
          continue;
        }
        message = Buffer.allocUnsafe(length);
        filled = 0;
      }
      const taken: number = rest.copy(message, filled);
      filled += taken;
      rest = rest.subarray(taken);
      if (filled === message.length) {
        const whole = message;
        message = null;
        yield whole;
      }
    }
  };
}
