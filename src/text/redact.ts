/** Secrets are removed from everything said to the outside by value, in this one place. */
import { writeJsonLine } from "./json.ts";
import { showText } from "./terminal.ts";

export type Redact = (text: string) => string;

const SHORTEST = 3;

/** One secret in a server's words: in any letters and read backwards too. */
export function createLooseRedactor(secret: string): Redact {
  const redact = createRedactor([secret]);
  if (secret.length < SHORTEST) return redact;
  const spellings = [secret, Array.from(secret).toReversed().join("")].map((text) => RegExp.escape(text));
  const anyhow = new RegExp(spellings.join("|"), "giu");
  return (text) => redact(text).replaceAll(anyhow, "***");
}

/** Each secret is also found percent-encoded, in base64, and as it stands inside JSON and in a terminal. */
export function createRedactor(secrets: string[]): Redact {
  const spellings = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
      JSON.stringify(secret).slice(1, -1),
      writeJsonLine(secret).slice(1, -1),
      showText(secret),
    ]);
  const longestFirst = [...new Set(spellings)].toSorted((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((clean, secret) => clean.replaceAll(secret, "***"), text);
}
