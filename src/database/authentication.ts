/** How a server may ask who we are (PostgreSQL documentation, 55.2.1 and 55.3), checked before the client library answers. */
import { malformed } from "./messages.ts";
import { DatabaseError } from "./failure.ts";

export type Authentication = {
  /** Throws where a request is out of order, unknown, or asks for more than is right. */
  asked: (body: Buffer) => void;
  /** What the client library sends in reply. */
  replied: (bytes: Buffer) => void;
  /** Whether SCRAM is under way, which wants a prepared password. */
  isScram: () => boolean;
  isDone: () => boolean;
  /** Whether the server has what it asked for, and has not said yet what it thinks of it. */
  isUndecided: () => boolean;
};

const OK = 0;
const CLEAR_TEXT = 3;
const MD5 = 5;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;
/** Each may come once, and only after one of these; null: the first. */
const AFTER: Record<number, (number | null)[]> = {
  [OK]: [null, CLEAR_TEXT, MD5, SASL_FINAL],
  [CLEAR_TEXT]: [null],
  [MD5]: [null],
  [SASL]: [null],
  [SASL_CONTINUE]: [SASL],
  [SASL_FINAL]: [SASL_CONTINUE],
};
const UNSUPPORTED = new Map([
  [2, "Kerberos"],
  [7, "GSSAPI"],
  [9, "SSPI"],
]);
const MECHANISM = "SCRAM-SHA-256";
/** Servers use 4096. So many take about 0.2 s, in which nothing else is done. */
const MOST_ITERATIONS = 1_000_000;
const LONGEST_NAME = 60;

/** `clearText`: whether a password may be sent as it is. */
export function followAuthentication({ clearText }: { clearText: boolean }): Authentication {
  let step: number | null = null;
  let waiting = false;
  let nonce: string | null = null;
  return {
    asked: (body) => {
      const kind = body.readUInt32BE(0);
      if (UNSUPPORTED.has(kind))
        throw new DatabaseError(
          `asks for ${UNSUPPORTED.get(kind)}, which is not supported: use a password or certificate`,
        );
      // A reply must have gone out before the server can ask on.
      if (AFTER[kind]?.includes(step) !== true || waiting)
        throw malformed(`authentication request ${kind} out of order`);
      step = kind;
      waiting = kind === CLEAR_TEXT || kind === MD5 || kind === SASL || kind === SASL_CONTINUE;
      if (kind === CLEAR_TEXT && !clearText) {
        throw new DatabaseError(
          "asks for the password in clear text, without TLS: use sslmode=require or better, or sslmode=disable to send it",
        );
      }
      if (!isFitting(kind, body, nonce)) throw malformed(`authentication request ${kind} that does not fit`);
      if (kind === SASL) checkMechanisms(body);
      if (kind === SASL_CONTINUE) checkChallenge(body, nonce ?? "");
      if (kind === SASL_FINAL) checkOutcome(body);
    },
    replied: (bytes) => {
      waiting = false;
      if (step === SASL) nonce = /n,,n=\*,r=([\x21-\x2b\x2d-\x7e]+)$/.exec(bytes.toString("latin1"))?.[1] ?? nonce;
    },
    isScram: () => step === SASL || step === SASL_CONTINUE,
    isDone: () => step === OK,
    isUndecided: () => step !== null && step !== OK && !waiting,
  };
}

function isFitting(kind: number, body: Buffer, nonce: string | null): boolean {
  if (kind === OK || kind === CLEAR_TEXT) return body.length === 4;
  if (kind === MD5) return body.length === 8;
  return kind !== SASL_CONTINUE || nonce !== null;
}

/** Names, each with a zero after it, and one more zero. */
function checkMechanisms(body: Buffer): void {
  const names = body.toString("latin1", 4).split("\0");
  if (names.includes(MECHANISM)) return;
  const [first = ""] = names;
  const shown = first.replace(/[^\w-]/g, "?").slice(0, LONGEST_NAME);
  throw new DatabaseError(
    `offers no SASL mechanism that is supported, which is ${MECHANISM} alone (its first: ${shown})`,
  );
}

/** The server-first-message of RFC 5802. */
function checkChallenge(body: Buffer, nonce: string): void {
  const parts = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9]\d{0,9})$/.exec(
    body.toString("latin1", 4),
  );
  if (parts === null) throw malformed("a SCRAM challenge that does not fit");
  const [, theirs = "", , iterations = ""] = parts;
  if (!theirs.startsWith(nonce) || theirs === nonce)
    throw new DatabaseError(
      "its SCRAM nonce does not continue ours: somebody may stand between; use sslmode=verify-full",
    );
  if (Number(iterations) > MOST_ITERATIONS)
    throw new DatabaseError(
      `asks for ${iterations} SCRAM iterations, more than ${MOST_ITERATIONS}: lower scram_iterations, and set the password anew`,
    );
}

/** The server-final-message: `v=` and a signature, which the client library compares, or `e=` and a word. */
function checkOutcome(body: Buffer): void {
  const text = body.toString("latin1", 4);
  const refusal = /^e=([\w-]{1,60})$/.exec(text)?.[1];
  if (refusal !== undefined) throw new DatabaseError(`refuses the password or user (${refusal}): check both`);
  if (!/^v=[A-Za-z0-9+/]+={0,2}$/.test(text)) throw malformed("a SCRAM outcome that does not fit");
}
