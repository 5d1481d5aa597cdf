/** A password as SCRAM hashes it: prepared by SASLprep (RFC 4013), where that is possible. */

/** As libpq does: what SASLprep forbids is used as it is. Never throws. */
export async function preparePassword(password: string): Promise<string> {
  // Its tables are large, and leave ASCII as it is.
  if (/^\p{ASCII}*$/u.test(password)) return password;
  const { saslprep } = await import("@mongodb-js/saslprep");
  try {
    return saslprep(password);
  } catch {
    return password;
  }
}
