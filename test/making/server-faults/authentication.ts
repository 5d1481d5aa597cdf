/** Faults in how a server asks for the password. */
import type { FakeClient } from "../fake-server.ts";
import { authentication, int32, message, READY } from "../server-messages.ts";
import { flood, MALFORMED, opensWith, TOO_LATE, type ServerFault } from "./fault.ts";

const OFFER = authentication(10, "SCRAM-SHA-256\0\0");

/** Asks the same again after each reply. */
function asksForEver(request: Uint8Array): ServerFault["does"] {
  return async (client) => {
    await client.startup();
    while (!client.hasGone()) {
      await client.send(request);
      await client.turn();
    }
  };
}

async function beginScram(client: FakeClient): Promise<string> {
  await client.startup();
  await client.send(OFFER);
  return (await client.turn()).toString("latin1").split("r=").at(-1) ?? "";
}

function challenges(challenge: (nonce: string) => string): ServerFault["does"] {
  return async (client) => {
    const nonce = await beginScram(client);
    await client.send(authentication(11, challenge(nonce)));
    await client.silence();
  };
}

/** Answers the client's proof. */
function concludes(...answer: Uint8Array[]): ServerFault["does"] {
  return async (client) => {
    const nonce = await beginScram(client);
    await client.send(authentication(11, `r=${nonce}x,s=QUFB,i=4096`));
    await client.turn();
    await client.send(...answer);
    await client.silence();
  };
}

const REQUESTS: ServerFault[] = [
  { name: "a request without a body", does: opensWith(message("R")), says: MALFORMED },
  { name: "a request that is unknown", does: opensWith(authentication(99)), says: "authentication request 99" },
  { name: "a request of 3 kB", does: opensWith(authentication(10, "x".repeat(3000))), says: MALFORMED },
  { name: "Kerberos", does: opensWith(authentication(2)), says: "asks for Kerberos, which is not supported" },
  { name: "GSSAPI", does: opensWith(authentication(7)), says: "asks for GSSAPI, which is not supported" },
  { name: "SSPI", does: opensWith(authentication(9)), says: "asks for SSPI, which is not supported" },
  { name: "GSSAPI goes on", does: opensWith(authentication(8, "x")), says: MALFORMED },
  {
    name: "the password asked for without end",
    does: asksForEver(authentication(3)),
    says: "authentication request 3 out of order",
  },
  {
    name: "the password asked for without waiting",
    does: async (client) => {
      await client.startup();
      await flood(client, authentication(3));
    },
    says: "authentication request 3 out of order",
  },
  {
    name: "a hash asked for without end",
    does: asksForEver(authentication(5, "salt")),
    says: "authentication request 5 out of order",
  },
  { name: "a hash without salt", does: opensWith(authentication(5)), says: MALFORMED },
  { name: "a hash with a salt of 3 bytes", does: opensWith(authentication(5, "abc")), says: MALFORMED },
  {
    name: "a hash, then the password itself",
    does: async (client) => {
      await client.startup();
      await client.send(authentication(5, "salt"));
      await client.turn();
      await client.send(authentication(3));
      await client.silence();
    },
    says: "authentication request 3 out of order",
  },
  {
    name: "the password accepted, then silence",
    does: async (client) => {
      await client.startup();
      await client.send(authentication(3));
      await client.turn();
      await client.send(authentication(0));
      await client.silence();
    },
    says: TOO_LATE,
  },
  { name: "accepted without end", does: asksForEver(authentication(0)), says: TOO_LATE },
  {
    name: "accepted twice",
    does: opensWith(authentication(0), authentication(0)),
    says: "authentication request 0 out of order",
  },
  {
    name: "accepted, then asked",
    does: opensWith(authentication(0), authentication(3)),
    says: "authentication request 3 out of order",
  },
];

const SCRAM: ServerFault[] = [
  {
    name: "SASL with unknown mechanisms",
    does: opensWith(authentication(10, "OAUTHBEARER\0SCRAM-SHA-512\0\0")),
    says: "offers no SASL mechanism that is supported",
  },
  {
    name: "SASL with channel binding only",
    does: opensWith(authentication(10, "SCRAM-SHA-256-PLUS\0\0")),
    says: "offers no SASL mechanism that is supported",
  },
  {
    name: "SASL without a mechanism",
    does: opensWith(authentication(10, "\0")),
    says: "offers no SASL mechanism that is supported",
  },
  { name: "SASL offered without end", does: asksForEver(OFFER), says: "authentication request 10 out of order" },
  {
    name: "SASL goes on before it began",
    does: opensWith(authentication(11, "x")),
    says: "authentication request 11 out of order",
  },
  {
    name: "SASL ends before it began",
    does: opensWith(authentication(12, "v=QUFB")),
    says: "authentication request 12 out of order",
  },
  {
    name: "SASL goes on without waiting",
    does: opensWith(OFFER, authentication(11, "r=x,s=QUFB,i=4096")),
    says: "authentication request 11 out of order",
  },
  {
    name: "SASL accepted before the proof",
    does: async (client) => {
      await beginScram(client);
      await client.send(authentication(0), READY);
      await client.silence();
    },
    says: "authentication request 0 out of order",
  },
  { name: "SCRAM without a challenge", does: challenges(() => ""), says: "a SCRAM challenge that does not fit" },
  {
    name: "SCRAM with words for a challenge",
    does: challenges(() => "zzz"),
    says: "a SCRAM challenge that does not fit",
  },
  {
    name: "SCRAM without a salt",
    does: challenges((nonce) => `r=${nonce}x,i=4096`),
    says: "a SCRAM challenge that does not fit",
  },
  {
    name: "SCRAM with an empty salt",
    does: challenges((nonce) => `r=${nonce}x,s=,i=4096`),
    says: "a SCRAM challenge that does not fit",
  },
  {
    name: "SCRAM with an extension",
    does: challenges((nonce) => `m=x,r=${nonce}x,s=QUFB,i=4096`),
    says: "a SCRAM challenge that does not fit",
  },
  {
    name: "SCRAM with a zero byte",
    does: challenges((nonce) => `r=${nonce}x,s=QUFB,i=4096\0`),
    says: "a SCRAM challenge that does not fit",
  },
  ...["0", "-1", "abc", "1e9", "", "4096.5"].map((iterations): ServerFault => ({
    name: `SCRAM with ${iterations === "" ? "no" : iterations} iterations`,
    does: challenges((nonce) => `r=${nonce}x,s=QUFB,i=${iterations}`),
    says: "a SCRAM challenge that does not fit",
  })),
  ...["1000001", "2147483647", "9999999999"].map((iterations): ServerFault => ({
    name: `SCRAM with ${iterations} iterations`,
    does: challenges((nonce) => `r=${nonce}x,s=QUFB,i=${iterations}`),
    says: `asks for ${iterations} SCRAM iterations, more than 1000000`,
  })),
  {
    name: "SCRAM with a nonce of its own",
    does: challenges(() => "r=somethingElse,s=QUFB,i=4096"),
    says: "its SCRAM nonce does not continue ours",
  },
  {
    name: "SCRAM with our nonce alone",
    does: challenges((nonce) => `r=${nonce},s=QUFB,i=4096`),
    says: "its SCRAM nonce does not continue ours",
  },
  {
    name: "SCRAM with our nonce at the end",
    does: challenges((nonce) => `r=x${nonce},s=QUFB,i=4096`),
    says: "its SCRAM nonce does not continue ours",
  },
  {
    name: "SCRAM challenged twice",
    does: concludes(authentication(11, "r=x,s=QUFB,i=4096")),
    says: "authentication request 11 out of order",
  },
  {
    name: "SCRAM accepted without the server's proof",
    does: concludes(authentication(0), READY),
    says: "authentication request 0 out of order",
  },
  {
    name: "SCRAM with a wrong proof",
    does: concludes(authentication(12, `v=${"A".repeat(43)}=`), authentication(0), READY),
    says: "does not prove that it knows the password",
  },
  {
    name: "SCRAM with an empty proof",
    does: concludes(authentication(12, "v=")),
    says: "a SCRAM outcome that does not fit",
  },
  {
    name: "SCRAM with words for a proof",
    does: concludes(authentication(12, Buffer.concat([int32(-1), Buffer.from("zzz")]))),
    says: "a SCRAM outcome that does not fit",
  },
  {
    name: "SCRAM that ends with an error",
    does: concludes(authentication(12, "e=other-error")),
    says: "refuses the password or user (other-error)",
  },
  { name: "SCRAM, then silence", does: concludes(), says: TOO_LATE },
];

export const AUTHENTICATION_FAULTS = [...REQUESTS, ...SCRAM];
