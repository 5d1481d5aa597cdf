/** Who refused whose certificate, and what to do. The codes and messages are those of Bun's TLS. */
import { expect, test } from "bun:test";
import { describeFailure } from "../../src/database/failure.ts";
import { parseTarget } from "../../src/database/target.ts";

function describe(code: string, message = "", more: object = {}, parameters = "?sslcert=/etc/our.crt"): string {
  const target = parseTarget(`postgres://u@h/d${parameters}`, "/");
  if ("problem" in target) throw new Error(target.problem);
  return describeFailure(Object.assign(new Error(message), { code, ...more }), target);
}

test.each([
  { code: "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", says: "it has expired" },
  { code: "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", says: "its authority is not known there: add it to ssl_ca_file" },
  { code: "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", says: "it is damaged, or not valid yet" },
  { code: "ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED", says: "it is revoked" },
  { code: "ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN", says: "the server's log says why" },
  { code: "ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", says: "it is of a kind that the server does not take" },
  { code: "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED", says: "it is valid, and has no access" },
])("$code is about ours", ({ code, says }) => {
  expect(describe(code)).toStartWith(`h:5432 refuses the client certificate /etc/our.crt: ${says}`);
  expect(describe(code)).toEndWith(", or check sslcert=");
  expect(describe(code, "", {}, "")).toContain("refuses the client certificate ~/.postgresql/postgresql.crt: ");
});

test("a certificate that is wanted, and none is given", () => {
  expect(describe("ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED")).toBe(
    "h:5432 wants a client certificate: name it with sslcert= and sslkey=",
  );
});

test.each([
  "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
  "ERR_SSL_TLSV1_ALERT_CERTIFICATE_UNOBTAINABLE",
  "ERR_SSL_WRONG_VERSION_NUMBER",
])("%s is about no certificate of the server", (code) => {
  expect(describe(code)).toBe(`h:5432: TLS could not be agreed on: ${code}. Check host, port and sslmode`);
});

test.each([
  { code: "CERT_HAS_EXPIRED", says: "it, or that of its authority, has expired: renew it on the server" },
  { code: "CERT_NOT_YET_VALID", says: "is not valid yet: compare the clocks of both machines" },
  { code: "SELF_SIGNED_CERT_IN_CHAIN", says: "self signed. Check sslmode and sslrootcert" },
])("$code is about the server's", ({ code, says }) => {
  const reason = describe(code, "self signed");
  expect(reason).toStartWith("h:5432: the server's certificate is not accepted: ");
  expect(reason).toContain(says);
});

test.each([
  { name: "two hosts", cert: { subjectaltname: "DNS:a.test, DNS:*.b.test" }, says: "it is for a.test, *.b.test: " },
  {
    name: "an address, and a name that does not count",
    cert: { subjectaltname: "IP Address:10.0.0.1, URI:spiffe://x", subject: { CN: "a.test" } },
    says: "it is for 10.0.0.1: write the host so in the URL, or have one issued for this host",
  },
  { name: "a common name alone", cert: { subject: { CN: "a.test" } }, says: "it is for a.test: " },
  { name: "two common names", cert: { subject: { CN: ["a.test", "b.test"] } }, says: "it is for a.test, b.test: " },
  {
    name: "very many hosts",
    cert: { subjectaltname: Array.from({ length: 300 }, (_, at) => `DNS:h${at}`).join(", ") },
    says: "it is for h0, h1, h2, h3, h4 and others: ",
  },
  { name: "signs that steer a terminal", cert: { subject: { CN: "a\u001b[2Jb" } }, says: "it is for a??2Jb: " },
  { name: "nothing", cert: {}, says: "it names no host: have one issued that does, or set sslmode=verify-ca" },
  { name: "nothing that was shown", cert: undefined, says: "it names no host: " },
])("a certificate of another host names $name", ({ cert, says }) => {
  const reason = describe("ERR_TLS_CERT_ALTNAME_INVALID", "IP: 127.0.0.1 is not in the cert's list: ", { cert });
  expect(reason).toStartWith(`h:5432: the server's certificate is not accepted: ${says}`);
});
