/** Conversations that go wrong: what a real server answered, cut, repeated, flipped and spliced. */
import * as fc from "fast-check";
import type { Recording } from "./recorded-server.ts";

export type Conversation = { recording: Recording; afterwards: "silence" | "end" | "reset" };

type Place = { turn: number; at: number };
type Mutation =
  | (Place & ({ kind: "cut" } | { kind: "flip"; bits: number } | { kind: "length"; length: number }))
  | (Place & { kind: "repeat"; bytes: number; times: number })
  | (Place & { kind: "splice"; from: Place; bytes: number })
  | (Place & { kind: "number"; text: string });

const LENGTHS = [0, 3, 4, 5, 6, 100, 65_535, 33_554_433, 2_147_483_647, 4_294_967_295];
const NUMBERS = [
  "-1",
  "1e999",
  "8640000000000001",
  "-8640000000000001",
  "9007199254740993",
  "1e308",
  "null",
  '"x"',
  "[]",
  "{}",
];

/** Numbers between 0 and 1 are places in the recording, whatever its size. */
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const place = { turn: share, at: share };
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), ...place }),
  fc.record({ kind: fc.constant("flip" as const), ...place, bits: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant("length" as const), ...place, length: fc.constantFrom(...LENGTHS) }),
  fc.record({ kind: fc.constant("repeat" as const), ...place, bytes: fc.nat(400), times: fc.nat(3000) }),
  fc.record({ kind: fc.constant("splice" as const), ...place, from: fc.record(place), bytes: fc.nat(4000) }),
  fc.record({
    kind: fc.constant("number" as const),
    turn: fc.oneof(fc.constant(0.999), share),
    at: share,
    text: fc.constantFrom(...NUMBERS),
  }),
);

const drawn = fc.record({
  mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
  afterwards: fc.constantFrom("end" as const, "reset" as const, "silence" as const),
});

/** The same for the same seed. */
export function drawConversations(recording: Recording, numRuns: number, seed: number): Conversation[] {
  return fc.sample(drawn, { numRuns, seed }).map(({ mutations, afterwards }) => ({
    recording: mutations.reduce(mutate, recording),
    afterwards,
  }));
}

function mutate(recording: Recording, change: Mutation): Recording {
  const turn = Math.floor(change.turn * recording.length);
  const answer = recording[turn] ?? Buffer.alloc(0);
  return recording.with(turn, applyTo(answer, change, recording));
}

function applyTo(answer: Buffer, change: Mutation, recording: Recording): Buffer {
  const at = Math.floor(change.at * answer.length);
  switch (change.kind) {
    case "cut":
      return answer.subarray(0, at);
    case "flip": {
      const flipped = Buffer.from(answer);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ change.bits;
      return flipped;
    }
    case "length": {
      const starts = listMessages(answer);
      const start = starts[Math.floor(change.at * starts.length)];
      const lengthened = Buffer.from(answer);
      if (start !== undefined) lengthened.writeUInt32BE(change.length, start + 1);
      return lengthened;
    }
    case "repeat": {
      const part = answer.subarray(at, at + change.bytes);
      return Buffer.concat([
        answer.subarray(0, at),
        ...Array.from({ length: change.times }, () => part),
        answer.subarray(at),
      ]);
    }
    case "splice": {
      const other = recording[Math.floor(change.from.turn * recording.length)] ?? answer;
      const starts = listMessages(other);
      const from = starts[Math.floor(change.from.at * starts.length)] ?? 0;
      const here = listMessages(answer);
      const to = here[Math.floor(change.at * here.length)] ?? 0;
      return Buffer.concat([answer.subarray(0, to), other.subarray(from, from + change.bytes), answer.subarray(to)]);
    }
    case "number":
      break;
  }
  return replaceNumber(answer, at, change.text);
}

/** Where each message begins. */
function listMessages(answer: Buffer): number[] {
  const starts: number[] = [];
  for (let at = 0; at + 5 <= answer.length; at += 1 + answer.readUInt32BE(at + 1)) starts.push(at);
  return starts;
}

/** The first number after that place of a JSON document in the last row; the row stays well formed. */
function replaceNumber(answer: Buffer, at: number, text: string): Buffer {
  const starts = listMessages(answer);
  const start = starts.findLast((from) => answer[from] === "D".charCodeAt(0) && answer.readUInt16BE(from + 5) === 1);
  if (start === undefined) return answer;
  const end = start + 1 + answer.readUInt32BE(start + 1);
  const document = answer.toString("latin1", start + 11, end);
  const from = Math.floor((at / answer.length) * document.length);
  const changed = Buffer.from(
    document.slice(0, from) + document.slice(from).replace(/(?<=[[,:]\s?)-?\d+(?=[\],}])/, text),
    "latin1",
  );
  const header = Buffer.from(answer.subarray(start, start + 11));
  header.writeUInt32BE(changed.length + 10, 1);
  header.writeUInt32BE(changed.length, 7);
  return Buffer.concat([answer.subarray(0, start), header, changed, answer.subarray(end)]);
}
