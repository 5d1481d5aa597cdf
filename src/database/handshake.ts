/** Why TLS was not agreed on, told apart by who refused whose certificate. */
import type { Target } from "./target.ts";

/** Codes of a failed TLS handshake, certificates included. */
export const TLS_CODE = /CERT|SIGNATURE|SELF_SIGNED|ERR_TLS|ERR_SSL|UNABLE_TO/;
const CERTIFICATE_CODE = /CERT|SIGNATURE|SELF_SIGNED|UNABLE_TO/;
/** What the peer says of us (RFC 8446, section 6), and never what we found out about it. */
const ALERT = /_ALERT_(\w+)$/;

/** Alerts about the client's certificate. OpenSSL sends them for these reasons (ssl_verify_alarm_type). */
const REFUSED_OURS: Record<string, string> = {
  CERTIFICATE_EXPIRED: "it has expired, or the server's list of revoked ones has: renew it",
  UNKNOWN_CA: "its authority is not known there: add it to ssl_ca_file of the server",
  BAD_CERTIFICATE: "it is damaged, or not valid yet: compare the clocks of both machines, have another issued",
  CERTIFICATE_REVOKED: "it is revoked: have another issued",
  CERTIFICATE_UNKNOWN: "the server's log says why: have another issued",
  UNSUPPORTED_CERTIFICATE: "it is of a kind that the server does not take: have one issued for clients (clientAuth)",
  ACCESS_DENIED: "it is valid, and has no access: ask the server's administrator",
};

/** Where libpq looks for a certificate that no parameter names. */
const DEFAULT_CERTIFICATE = "~/.postgresql/postgresql.crt";
const LONGEST_NAME = 100;
const MOST_NAMES = 5;

/** A reason that goes on where the place ends; null: the failure is none of TLS. `message`: the library's own. */
export function describeHandshake(error: unknown, code: string, message: string, target: Target): string | null {
  if (!TLS_CODE.test(code)) return null;
  const alert = ALERT.exec(code)?.[1];
  if (alert === "CERTIFICATE_REQUIRED") return " wants a client certificate: name it with sslcert= and sslkey=";
  if (alert !== undefined && Object.hasOwn(REFUSED_OURS, alert)) {
    const file = (target.kind === "postgres" ? target.sslCert : null) ?? DEFAULT_CERTIFICATE;
    return ` refuses the client certificate ${file}: ${REFUSED_OURS[alert]}, or check sslcert=`;
  }
  if (alert !== undefined || !CERTIFICATE_CODE.test(code))
    return `: TLS could not be agreed on: ${message || code}. Check host, port and sslmode`;
  return `: the server's certificate is not accepted: ${describeTheirs(error, code, message)}`;
}

function describeTheirs(error: unknown, code: string, message: string): string {
  if (code === "CERT_HAS_EXPIRED")
    return "it, or that of its authority, has expired: renew it on the server, or set this machine's clock";
  if (code === "CERT_NOT_YET_VALID")
    return "it, or that of its authority, is not valid yet: compare the clocks of both machines";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return describeNames(listNames(error));
  return `${message || code}. Check sslmode and sslrootcert`;
}

function describeNames(names: string[]): string {
  if (names.length === 0) return "it names no host: have one issued that does, or set sslmode=verify-ca";
  const more = names.length > MOST_NAMES ? " and others" : "";
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return `it is for ${shown}${more}: write the host so in the URL, or have one issued for this host`;
}

/** Hosts and addresses of the certificate that was shown; the common name counts where it has no other (RFC 6125, 6.4.4). */
function listNames(error: unknown): string[] {
  const { cert } = error as { cert?: { subjectaltname?: string; subject?: { CN?: string | string[] } } };
  const others = [...(cert?.subjectaltname ?? "").matchAll(/(?:^|, )(?:DNS|IP Address):([^,]*)/g)].map(
    ([, name = ""]) => name,
  );
  const names = others.length > 0 ? others : [cert?.subject?.CN ?? []].flat();
  return names.map((name) => name.replace(/[^\w.:*-]/g, "?").slice(0, LONGEST_NAME));
}
