/** Faults in what a server answers to statements: order, shape, size, and what stands in the rows. */
import { replay } from "../recorded-server.ts";
import { described, DONE, failure, int16, int32, message, READY, row, SESSION } from "../server-messages.ts";
import { CLOSED, flood, MALFORMED, TOO_LATE, type ServerFault } from "./fault.ts";

const PARSED = message("1");
const BOUND = message("2");
const ONE_COLUMN = described([{ name: "c" }]);
const NO_REPORT = "no report can be made of its answer";
const TOO_MUCH = "answers with more values than a report is made of";
const MEBIBYTE = 1_048_576;

/** Answers the first statement, which begins the transaction. */
function answers(...bytes: Uint8Array[]): ServerFault["does"] {
  return async (client) => {
    await client.startup();
    await client.send(SESSION);
    await client.turn();
    await client.send(...bytes);
    await client.silence();
  };
}

function answersWithout(
  end: (client: Parameters<ServerFault["does"]>[0]) => Promise<void> | void,
): ServerFault["does"] {
  return async (client) => {
    await client.startup();
    await client.send(SESSION);
    await client.turn();
    await end(client);
    await client.silence();
  };
}

/** Answers as a real server did, but for the document that a report is made of. */
function reportsWith(...values: (string | Uint8Array | null)[]): ServerFault["does"] {
  return async (client, recording) => {
    // Described in one turn, read in the next. The past is asked for afterwards.
    const at = recording.findIndex((answer) => answer.includes("document\0"));
    const answer = Buffer.concat([BOUND, ...values.map((value) => row(value)), DONE, READY]);
    await replay(client, recording, { [at + 1]: answer });
  };
}

/** The recorded document with one part replaced. */
function reportsPart(change: (document: Record<string, unknown>) => void): ServerFault["does"] {
  return async (client, recording) => {
    const at = recording.findIndex((answer) => answer.includes("document\0"));
    const answer = recording[at + 1]?.toString("utf8") ?? "";
    const document = JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? "{}") as Record<string, unknown>;
    change(document);
    const changed = Buffer.concat([BOUND, row(JSON.stringify(document)), DONE, READY]);
    await replay(client, recording, { [at + 1]: changed });
  };
}

const ORDER: ServerFault[] = [
  ...Object.entries({
    "COPY from us": "G",
    "COPY to us": "H",
    "COPY both ways": "W",
    "a function's result": "V",
    "a protocol to be agreed on": "v",
  }).map(([name, type]): ServerFault => ({ name, does: answers(message(type, "\0\0\0")), says: MALFORMED })),
  { name: "data of a COPY", does: answers(message("d", "x")), says: MALFORMED },
  { name: "the end of a COPY", does: answers(message("c")), says: MALFORMED },
  { name: "a portal that is suspended", does: answers(message("s")), says: MALFORMED },
  { name: "a statement that is closed", does: answers(message("3")), says: MALFORMED },
  { name: "authentication in mid-session", does: answers(message("R", int32(3))), says: "of type R at the wrong time" },
  { name: "an unknown message as answer", does: answers(message(0)), says: "of type 0x00, which nobody asked for" },
  {
    name: "unknown messages without end",
    does: answersWithout(async (client) => await flood(client, Buffer.alloc(65_536))),
    says: MALFORMED,
  },
  {
    name: "the answer to no question",
    does: async (client) => {
      await client.startup();
      await client.send(SESSION, ONE_COLUMN);
      await client.silence();
    },
    says: "of type T that answers nothing",
  },
  {
    name: "ready twice",
    does: async (client) => {
      await client.startup();
      await client.send(SESSION, READY);
      await client.silence();
    },
    says: "of type Z that answers nothing",
  },
  { name: "ready without end", does: answersWithout(async (client) => await flood(client, READY)), says: MALFORMED },
  { name: "no answer", does: answers(), says: TOO_LATE },
  { name: "closed in place of an answer", does: answersWithout((client) => client.hangUp("end")), says: CLOSED },
  { name: "reset in place of an answer", does: answersWithout((client) => client.hangUp("reset")), says: CLOSED },
  { name: "half an answer, then silence", does: answers(ONE_COLUMN, row("x").subarray(0, 9)), says: TOO_LATE },
  {
    name: "half an answer, then closed",
    does: answersWithout(async (client) => {
      await client.send(ONE_COLUMN, row("x").subarray(0, 9));
      client.hangUp("end");
    }),
    says: CLOSED,
  },
  {
    name: "notices as answer, without end",
    does: answersWithout(async (client) => await flood(client, message("N", "x"))),
    says: "answers with more than 20000 messages",
  },
  {
    name: "parameters as answer, without end",
    does: answersWithout(async (client) => await flood(client, message("S", "__proto__\0x\0"))),
    says: "answers with more than 20000 messages",
  },
  {
    name: "the same error without end",
    does: answersWithout(async (client) => await flood(client, failure({ S: "ERROR", C: "XX000", M: "x" }))),
    says: "answers with more than",
  },
  {
    name: "an error that is no error",
    does: answers(failure({ S: "ERROR", C: "__proto__", M: "x" }), READY),
    says: MALFORMED,
  },
  {
    name: "an error in words of 1 MB",
    does: answers(failure({ S: "ERROR", C: "XX000", M: "y".repeat(1_000_000) }), READY),
    says: /y{2048}… \(XX000\)\n$/,
    said: "2,048 characters of them, … (XX000)",
  },
];

const SHAPE: ServerFault[] = [
  { name: "65,535 columns announced", does: answers(message("T", "\u00ff\u00ffx")), says: MALFORMED },
  {
    name: "65,535 columns described",
    does: answers(described(Array.from({ length: 65_535 }, () => ({ name: "" })))),
    says: MALFORMED,
  },
  { name: "51 columns", does: answers(described(Array.from({ length: 51 }, () => ({ name: "c" })))), says: MALFORMED },
  {
    name: "a column whose name has no end",
    does: answers(message("T", Buffer.concat([int16(1), Buffer.from("name")]))),
    says: MALFORMED,
  },
  { name: "a column without a type", does: answers(message("T", "\0\x01c\0\0\0")), says: MALFORMED },
  {
    name: "columns with bytes behind",
    does: answers(message("T", Buffer.concat([ONE_COLUMN.subarray(5), Buffer.from("x")]))),
    says: MALFORMED,
  },
  { name: "columns without a number", does: answers(message("T", "\0")), says: MALFORMED },
  {
    name: "parameters that are not as many as said",
    does: answers(message("t", Buffer.concat([int16(3), int32(25)]))),
    says: MALFORMED,
  },
  {
    name: "65,535 parameters",
    does: answers(message("t", Buffer.concat([int16(65_535), Buffer.alloc(4 * 65_535)]))),
    says: MALFORMED,
  },
  { name: "a row without columns", does: answers(row("x")), says: MALFORMED },
  { name: "a row with one value more", does: answers(ONE_COLUMN, row("x", "y")), says: MALFORMED },
  { name: "a row with one value less", does: answers(ONE_COLUMN, row()), says: MALFORMED },
  { name: "a row of no bytes", does: answers(ONE_COLUMN, message("D")), says: MALFORMED },
  {
    name: "a value that is longer than its row",
    does: answers(ONE_COLUMN, message("D", Buffer.concat([int16(1), int32(100), Buffer.from("x")]))),
    says: MALFORMED,
  },
  {
    name: "a value of 2 GB",
    does: answers(ONE_COLUMN, message("D", Buffer.concat([int16(1), int32(2_147_483_647), Buffer.from("x")]))),
    says: MALFORMED,
  },
  {
    name: "a value of the length -2",
    does: answers(ONE_COLUMN, message("D", Buffer.concat([int16(1), int32(-2)]))),
    says: MALFORMED,
  },
  {
    name: "a row with bytes behind",
    does: answers(ONE_COLUMN, message("D", Buffer.concat([int16(1), int32(1), Buffer.from("xyz")]))),
    says: MALFORMED,
  },
  {
    name: "a row of 2 GB",
    does: answersWithout(async (client) => {
      await client.send(ONE_COLUMN, message("D", "\0\x01", 2_147_483_647));
      await flood(client, Buffer.alloc(65_536, "x"));
    }),
    says: "answers with more than 32 MiB",
  },
  {
    name: "rows without end",
    does: answersWithout(async (client) => {
      await client.send(ONE_COLUMN);
      await flood(client, row("x"));
    }),
    says: "answers with more than 20000 messages",
  },
  {
    name: "large rows without end",
    does: answersWithout(async (client) => {
      await client.send(ONE_COLUMN);
      await flood(client, row("x".repeat(MEBIBYTE)));
    }),
    says: "answers with more than 32 MiB",
  },
  {
    name: "columns without end",
    does: answersWithout(async (client) => await flood(client, ONE_COLUMN)),
    says: "answers with more than",
  },
  { name: "a row after the end", does: answers(ONE_COLUMN, row("x"), DONE, row("x")), says: MALFORMED },
  { name: "an end without an end", does: answers(message("C", "SELECT 1")), says: MALFORMED },
  { name: "an end of 1 MB", does: answers(message("C", "x".repeat(MEBIBYTE))), says: MALFORMED },
  {
    name: "statements that end without end",
    does: answersWithout(async (client) => await flood(client, DONE)),
    says: "answers with more than",
  },
  {
    name: "steps without end",
    does: answersWithout(async (client) => await flood(client, PARSED)),
    says: "answers with more than",
  },
];

const CONTENT: ServerFault[] = [
  { name: "a document that is no JSON", does: reportsWith("{"), says: NO_REPORT },
  { name: "a document that is empty", does: reportsWith(""), says: NO_REPORT },
  { name: "a document that is null", does: reportsWith(null), says: NO_REPORT },
  { name: "no document", does: reportsWith(), says: NO_REPORT },
  { name: "a document that is a number", does: reportsWith("1"), says: "the answer is not as expected" },
  { name: "a document that is a list", does: reportsWith("[]"), says: "the answer is not as expected" },
  { name: "a document without its parts", does: reportsWith("{}"), says: "the answer is not as expected" },
  { name: "a document 5,000,000 brackets deep", does: reportsWith("[".repeat(5_000_000)), says: TOO_MUCH },
  { name: "a document 500,000 brackets deep", does: reportsWith("[".repeat(500_000)), says: NO_REPORT },
  {
    name: "a document of 10,000,000 lists",
    does: reportsWith(`[${"[],".repeat(10_000_000)}[]]`),
    timeoutMs: 20_000,
    says: TOO_MUCH,
  },
  {
    name: "a document of 15,000,000 numbers",
    does: reportsWith(`[${"1,".repeat(15_000_000)}1]`),
    timeoutMs: 20_000,
    says: TOO_MUCH,
  },
  {
    name: "a document of 30 MB of text",
    does: reportsWith(`"${"x".repeat(30_000_000)}"`),
    timeoutMs: 20_000,
    says: "the answer is not as expected",
  },
  { name: "a document with bytes that are no text", does: reportsWith(Buffer.alloc(1000, 0xff)), says: NO_REPORT },
  ...[8.65e15, -8.65e15, 1e300].map((instant): ServerFault => ({
    name: `runs of the moment ${instant}`,
    does: reportsPart((document) => {
      document["cells"] = [["current", "r", "success", 1, 1, 1, 1, 0, 0, 0, 0, instant, instant]];
      document["newest"] = [["r", "1", instant, instant, "success", 0, null]];
      document["known_since"] = instant;
    }),
    says: NO_REPORT,
  })),
  ...["cells", "newest", "lookback", "errors", "rules"].map((part): ServerFault => ({
    name: `a document whose ${part} are of other types`,
    does: reportsPart((document) => {
      document[part] = [[1, "1e999", null]];
    }),
    says: `the answer is not as expected at ${part}`,
  })),
  {
    name: "runs of 10,001 rules",
    does: reportsPart((document) => {
      const cell = ["current", "", "success", 1, 1, 1, 1, 0, 0, 0, 0, 1_783_650_000_000, 1_783_650_000_000];
      document["cells"] = Array.from({ length: 10_001 }, (_, index) => cell.with(1, `rule ${index}`));
    }),
    says: "has runs of 10001 rules, and a report is made of at most 10000",
  },
  {
    name: "more errors than were asked for",
    does: reportsPart((document) => {
      const [error] = document["errors"] as unknown[];
      document["errors"] = Array.from({ length: 501 }, () => error);
    }),
    says: "the answer is not as expected at errors",
  },
];

const LATER: ServerFault[] = [
  {
    name: "a byte of an answer every 50 ms",
    does: answersWithout(async (client) => {
      const endless = row("x".repeat(100_000));
      for (let at = 0; !client.hasGone(); at = (at + 1) % endless.length) {
        await client.send(endless.subarray(at, at + 1));
        await Bun.sleep(50);
      }
    }),
    says: TOO_LATE,
  },
  {
    name: "an error of 20,000 fields",
    does: answers(message("E", `SERROR\0CXX000\0Mmany\0${"x1\0".repeat(20_000)}\0`), READY),
    says: "many (XX000)",
  },
  {
    name: "a document of reserved keys",
    does: reportsWith('{"__proto__":{"cells":[]},"constructor":1,"cells":{"__proto__":[]}}'),
    says: "the answer is not as expected",
  },
  { name: "a document twice", does: reportsWith("{}", "{}"), says: "the answer is not as expected" },
  ...[0.5, -1, 4_294_967_296].map((n): ServerFault => ({
    name: `a count of ${n} runs`,
    does: reportsPart((document) => {
      document["cells"] = [["current", "r", "success", n, 1, 1, 1, 0, 0, 0, 0, 1_783_650_000_000, 1_783_650_000_000]];
    }),
    says: "the answer is not as expected at cells",
  })),
  {
    name: "a rule's name of 20 kB",
    does: reportsPart((document) => {
      const name = "password=".repeat(2000);
      document["cells"] = [["current", name, "success", 1, 1, 1, 1, 0, 0, 0, 0, 1_783_650_000_000, 1_783_650_000_000]];
    }),
    says: "the answer is not as expected at cells",
  },
  {
    name: "100,000 newest runs of one rule",
    does: reportsPart((document) => {
      document["newest"] = Array.from({ length: 100_000 }, () => [
        "r",
        "1",
        1_783_650_000_000,
        null,
        "success",
        0,
        null,
      ]);
    }),
    says: "the answer is not as expected at newest",
  },
  {
    name: "100,000 runs in a look-back",
    does: reportsPart((document) => {
      const runs = Array.from({ length: 100_000 }, () => ["1", 1_783_650_000_000, null, "success", 0, null]);
      document["lookback"] = [["r", runs, null, 0, [], null]];
    }),
    says: "the answer is not as expected at lookback",
  },
  {
    name: "hours of a far time",
    does: reportsPart((document) => {
      document["hourly"] = [["current", "r", "success", 1_783_650_000_000, [4_000_000_000_000_000], [1000], [1]]];
    }),
    says: "hours that were not asked for",
  },
  {
    name: "statements that end without a row",
    does: answers(message("C", "BEGIN\0"), message("C", "SET\0"), READY),
    says: "no row where there is always one",
  },
  { name: "ready, and no answer", does: answers(READY), says: "no row where there is always one" },
];

export const ANSWER_FAULTS = [...ORDER, ...SHAPE, ...CONTENT, ...LATER];
