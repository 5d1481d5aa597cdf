/** Faults before and while a session is opened: TLS, framing, what a server says of itself, refusals. */
import { authentication, failure, int32, message, READY } from "../server-messages.ts";
import { CLOSED, flood, MALFORMED, opensWith, SECRET, TOO_LATE, type ServerFault } from "./fault.ts";

const OK = authentication(0);
const KEY = message("K", "12345678");
const REQUIRED = "?sslmode=require";
const NOT_POSTGRES = "does not speak PostgreSQL: check host and port";
const FATAL = { S: "FATAL", V: "FATAL" };

/** Answers the SSLRequest. */
function answersTls(...bytes: Uint8Array[]): ServerFault["does"] {
  return async (client) => {
    await client.bytes();
    await client.send(...bytes);
    await client.silence();
  };
}

export const TLS_FAULTS: ServerFault[] = [
  {
    name: "TLS agreed to, with bytes behind",
    query: REQUIRED,
    does: answersTls(Buffer.from("Sx")),
    says: NOT_POSTGRES,
  },
  {
    name: "TLS agreed to, then garbage",
    query: REQUIRED,
    does: async (client) => {
      await client.bytes();
      await client.send(Buffer.from("S"));
      await client.bytes();
      await client.send(Buffer.alloc(4096, 0xa5));
      await client.silence();
    },
    says: "TLS could not be agreed on",
  },
  {
    name: "TLS agreed to, then an HTTP answer",
    query: REQUIRED,
    does: async (client) => {
      await client.bytes();
      await client.send(Buffer.from("S"));
      await client.bytes();
      await client.send(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"));
      await client.silence();
    },
    says: "TLS could not be agreed on",
  },
  {
    name: "TLS agreed to, then half a record",
    query: REQUIRED,
    does: async (client) => {
      await client.bytes();
      await client.send(Buffer.from("S"));
      await client.bytes();
      await client.send(Buffer.from([0x16, 3, 3, 0x40, 0, 2, 0]));
      await client.silence();
    },
    says: TOO_LATE,
  },
  { name: "TLS agreed to, then silence", query: REQUIRED, does: answersTls(Buffer.from("S")), says: TOO_LATE },
  {
    name: "TLS agreed to, then closed",
    query: REQUIRED,
    does: async (client) => {
      await client.bytes();
      await client.send(Buffer.from("S"));
      await client.bytes();
      client.hangUp("end");
    },
    says: CLOSED,
  },
  {
    name: "TLS agreed to, then reset",
    query: REQUIRED,
    does: async (client) => {
      await client.bytes();
      await client.send(Buffer.from("S"));
      await client.bytes();
      client.hangUp("reset");
    },
    says: CLOSED,
  },
  {
    name: "TLS answered with an error",
    query: "",
    does: answersTls(failure({ ...FATAL, C: "0A000", M: "x" })),
    says: NOT_POSTGRES,
  },
  {
    name: "TLS answered with HTTP",
    query: "",
    does: answersTls(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")),
    says: NOT_POSTGRES,
  },
  {
    name: "TLS answered with zeros without end",
    query: "",
    does: async (client) => {
      await client.bytes();
      await flood(client, Buffer.alloc(65_536));
    },
    says: NOT_POSTGRES,
  },
];

export const OPENING_FAULTS: ServerFault[] = [
  { name: "silent", does: opensWith(), says: TOO_LATE },
  {
    name: "closed at once",
    does: async (client) => {
      await client.startup();
      client.hangUp("end");
    },
    says: CLOSED,
  },
  {
    name: "reset at once",
    does: async (client) => {
      await client.startup();
      client.hangUp("reset");
    },
    says: CLOSED,
  },
  {
    name: "a mail server's greeting",
    does: async (client) => {
      await client.send(Buffer.from("220 mail.example ESMTP\r\n"));
      await client.silence();
    },
    says: MALFORMED,
  },
  {
    name: "an SSH server's greeting",
    does: async (client) => {
      await client.send(Buffer.from("SSH-2.0-OpenSSH_9.6\r\n"));
      await client.silence();
    },
    says: MALFORMED,
  },
  { name: "an HTTP answer", does: opensWith(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")), says: MALFORMED },
  {
    name: "zeros without end",
    does: async (client) => {
      await client.startup();
      await flood(client, Buffer.alloc(65_536));
    },
    says: MALFORMED,
  },
  { name: "a length of 0", does: opensWith(Buffer.from("R\0\0\0\0".repeat(10))), says: MALFORMED },
  { name: "a length of 3", does: opensWith(message("R", int32(0), 3)), says: MALFORMED },
  { name: "a length of -1", does: opensWith(message("R", int32(0), 0xff_ff_ff_ff)), says: MALFORMED },
  { name: "a message of 2 GB announced", does: opensWith(message("S", "x", 2_147_483_647)), says: MALFORMED },
  { name: "an unknown message", does: opensWith(message(0xff)), says: `${MALFORMED} (a message of type 0xff` },
  { name: "a row before the session", does: opensWith(message("D", "\0\0")), says: "at the wrong time" },
  { name: "a protocol to be agreed on", does: opensWith(message("v", "\0\0\0\0\0\0\0\0")), says: MALFORMED },
  { name: "half a header, then silence", does: opensWith(Buffer.from("R\0\0")), says: TOO_LATE },
  { name: "half a message, then silence", does: opensWith(OK.subarray(0, 7)), says: TOO_LATE },
  {
    name: "half a message, then closed",
    does: async (client) => {
      await client.startup();
      await client.send(OK.subarray(0, 7));
      client.hangUp("end");
    },
    says: CLOSED,
  },
  {
    name: "half a message, then reset",
    does: async (client) => {
      await client.startup();
      await client.send(OK.subarray(0, 7));
      client.hangUp("reset");
    },
    says: CLOSED,
  },
  {
    name: "one byte after the other, without end",
    does: async (client) => {
      await client.startup();
      await client.send(OK, message("S", "", 1_000_000));
      while (!client.hasGone()) {
        await client.send(Buffer.from("x"));
        await Bun.sleep(1);
      }
    },
    says: TOO_LATE,
  },
  {
    name: "parameters without end",
    does: async (client) => {
      await client.startup();
      await client.send(OK);
      await flood(client, message("S", "k\0v\0"));
    },
    says: "answers with more than 20000 messages",
  },
  {
    name: "large parameters without end",
    does: async (client) => {
      await client.startup();
      await client.send(OK);
      await flood(client, message("S", `k\0${"v".repeat(500_000)}\0`));
    },
    says: "answers with more than 32 MiB",
  },
  {
    name: "notices without end",
    does: async (client) => {
      await client.startup();
      await client.send(OK);
      await flood(client, message("N", "SNOTICE\0C00000\0Mx\0\0"));
    },
    says: "answers with more than 20000 messages",
  },
  {
    name: "notices without end before the password",
    does: async (client) => {
      await client.startup();
      await flood(client, message("N", "SNOTICE\0C00000\0Mx\0\0"));
    },
    says: "answers with more than 20000 messages",
  },
  {
    name: "notifications without end",
    does: async (client) => {
      await client.startup();
      await client.send(OK);
      await flood(client, message("A", "\0\0\0\x01c\0p\0"));
    },
    says: "answers with more than 20000 messages",
  },
  { name: "a key of 4 bytes", does: opensWith(OK, message("K", "1234")), says: MALFORMED },
  { name: "a key of 2 GB", does: opensWith(OK, message("K", "1234", 2_147_483_647)), says: MALFORMED },
  { name: "a session without authentication", does: opensWith(KEY, READY), says: "a session without authentication" },
  { name: "ready, and nothing before", does: opensWith(READY), says: "a session without authentication" },
  { name: "ready with a body of 5 bytes", does: opensWith(OK, message("Z", "IIIII")), says: MALFORMED },
  { name: "ready in an unknown state", does: opensWith(OK, message("Z", "X")), says: MALFORMED },
  { name: "authenticated, then silent", does: opensWith(OK), says: TOO_LATE },
];

export const REFUSALS: ServerFault[] = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "ECONNREFUSED", "28p01"].map((code): ServerFault => ({
    name: `refused with the code \`${code}\``,
    does: opensWith(failure({ ...FATAL, C: code, M: "x" })),
    says: MALFORMED,
  })),
  {
    name: "refused with an unknown code",
    does: opensWith(failure({ ...FATAL, C: "ZZZZZ", M: "go away" })),
    says: "go away (ZZZZZ)",
  },
  { name: "refused without a code", does: opensWith(failure({ ...FATAL, M: "x" })), says: MALFORMED },
  { name: "refused without a message", does: opensWith(failure({ ...FATAL, C: "XX000" })), says: MALFORMED },
  { name: "refused without words", does: opensWith(message("E", "\0")), says: MALFORMED },
  { name: "refused without an end", does: opensWith(message("E", "SFATAL\0C57P03\0Mx\0")), says: MALFORMED },
  {
    name: "refused in words of 1 MB",
    does: opensWith(failure({ ...FATAL, C: "XX000", M: "x".repeat(1_000_000) })),
    says: /x{2048}… \(XX000\)\n$/,
    said: "2,048 characters of them, … (XX000)",
  },
  { name: "refused in words of 2 GB", does: opensWith(message("E", "SFATAL\0", 2_147_483_647)), says: MALFORMED },
  {
    name: "refused, the password in the words",
    does: opensWith(failure({ ...FATAL, C: "XX000", M: `it is ${SECRET}!` })),
    says: "it is ***! (XX000)",
  },
  {
    name: "refused, the password where the words are cut",
    does: opensWith(failure({ ...FATAL, C: "XX000", M: `${"x".repeat(2040)}${SECRET}` })),
    says: "x***… (XX000)".replace("…", ""),
  },
  {
    name: "refused without end",
    does: async (client) => {
      await client.startup();
      await flood(client, failure({ ...FATAL, C: "XX000", M: "again" }));
    },
    says: "again (XX000)",
  },
  {
    name: "refused in a language that moves the cursor",
    does: opensWith(failure({ ...FATAL, C: "XX000", M: "\u001b[2J\u0007x" })),
    says: "(XX000)",
  },
];
