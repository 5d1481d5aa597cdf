/** Connection URLs: built from known parts they give those parts back, mutated they are a target or a problem. */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { describeTarget, parseTarget } from "../../src/database/target.ts";
import { draws } from "../making/draws.ts";
import { mutate } from "../making/mutations.ts";

const CANARY = "s3cr3t-canary";

/** What a URL names. */
type Parts = {
  hosts: { host: string; port: number; password: string | null }[];
  user: string;
  database: string;
  sslMode: string;
  sslRootCert: string | null;
};

// WHATWG URLs, which do the parsing, cannot tell `.` and `..` in a path from its structure: not even encoded.
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).map((text) => text.toWellFormed());
const special = fc.constantFrom(...Array.from("@/:%?#[]&=+ \\^|`{}<>\"';,!$()*~\u00e9\u65e5\u007f\n\t"));
const word = fc.array(fc.oneof(name, special), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);

const host = fc.oneof(
  fc.ipV4().map((text) => ({ written: text, host: text })),
  fc
    .ipV6()
    .filter((text) => URL.canParse(`x://[${text}]`))
    .map((text) => ({ written: `[${text}]`, host: new URL(`x://[${text}]`).hostname.slice(1, -1) })),
  fc
    .array(label, { minLength: 1, maxLength: 4 })
    .map((labels) => ({ written: labels.join("."), host: labels.join(".") })),
  fc
    .array(label, { minLength: 1, maxLength: 3 })
    .map((labels) => ({ written: encodeURIComponent(`/${labels.join("/")}`), host: `/${labels.join("/")}` })),
);

const built: fc.Arbitrary<{ url: string; parts: Parts }> = fc
  .record({
    hosts: fc.array(fc.record({ host, port: fc.option(fc.integer({ min: 1, max: 65_535 })) }), {
      minLength: 1,
      maxLength: 3,
    }),
    inQuery: fc.boolean(),
    user: word,
    password: fc.option(word),
    database: word.filter((text) => text !== "." && text !== ".."),
    sslMode: fc.option(fc.constantFrom("disable", "allow", "prefer", "require", "verify-ca", "verify-full")),
    sslRootCert: fc.option(fc.constantFrom("/etc/ca.pem", "/ca & b.pem")),
    scheme: fc.constantFrom("postgres", "postgresql"),
    ignored: fc.constantFrom("", "application_name=x", "connect_timeout=10"),
  })
  .map(({ hosts, inQuery, user, password, database, sslMode, sslRootCert, scheme, ignored }) => {
    const userinfo = password === null ? encode(user) : `${encode(user)}:${encode(password)}`;
    const written = hosts.map(({ host, port }) => `${host.written}${port === null ? "" : `:${port}`}`).join(",");
    const parameters = [
      ...(inQuery
        ? [
            `host=${hosts.map(({ host }) => encode(host.host)).join(",")}`,
            `port=${hosts.map(({ port }) => port ?? "").join(",")}`,
          ]
        : []),
      ...(sslMode === null ? [] : [`sslmode=${sslMode}`]),
      ...(sslRootCert === null ? [] : [`sslrootcert=${encode(sslRootCert)}`]),
      ...(ignored === "" ? [] : [ignored]),
    ];
    const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
    return {
      url: `${scheme}://${userinfo}@${inQuery ? "" : written}/${encode(database)}${query}`,
      parts: {
        hosts: hosts.map(({ host, port }) => ({ host: host.host, port: port ?? 5432, password })),
        user,
        database,
        sslMode: sslMode ?? "prefer",
        sslRootCert,
      },
    };
  });

test("a URL built from known parts gives those parts back", () => {
  fc.assert(
    fc.property(built, ({ url, parts }) => {
      expect(partsOf(url)).toEqual(parts);
    }),
    draws(1500, 20_000),
  );
});

test("a mutated URL is a target or a problem; neither its problem nor its place holds the password", () => {
  const urls = built.map(({ url }) => url.replace(/^(\w+:\/\/[^:@]*)(?::[^@]*)?@/, `$1:${CANARY}@`));
  fc.assert(
    fc.property(mutate(urls), ({ text, mutations }) => {
      const started = performance.now();
      const target = parseTarget(text, "/etc");
      if ("problem" in target) expect(target.problem).not.toContain(CANARY);
      // Two mistakes at once can make a host of a password; one cannot.
      else if (mutations <= 1 && target.kind === "postgres") expect(describeTarget(target)).not.toContain(CANARY);
      expect(performance.now() - started).toBeLessThan(1000);
    }),
    draws(2000, 30_000),
  );
});

/** What the target says of each part, or its problem. */
function partsOf(url: string): Parts | { problem: string } {
  const target = parseTarget(url, "/etc");
  if ("problem" in target) return target;
  if (target.kind !== "postgres") return { problem: `read as ${target.kind}` };
  const { hosts, user, database, sslMode, sslRootCert } = target;
  return { hosts, user, database, sslMode, sslRootCert };
}

function encode(text: string): string {
  return encodeURIComponent(text);
}
