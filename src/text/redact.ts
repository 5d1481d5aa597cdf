/** Secrets are removed from everything said to the outside by value, in this one place. */
import { writeJsonLine } from "./json.ts";
import { showText } from "./terminal.ts";

export type Redact = (text: string) => string;

/** `word`: one that stands for much else too, as a password that is the name of a CRM. It is masked only as a value. */
export type Secret = string | { word: string };

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
export function createRedactor(secrets: Secret[]): Redact {
  const words = secrets.flatMap((secret) =>
    typeof secret === "string" || secret.word.length < SHORTEST ? [] : [secret.word],
  );
  const spellings = secrets
    .filter((secret) => typeof secret === "string")
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
  const values = words.length === 0 ? null : matchValues(words);
  return (text) => {
    const clean = longestFirst.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
    return values === null ? clean : clean.replaceAll(values, "***");
  };
}

/** The password of a URL, and what stands behind a name such as `password=`: anywhere else they may be part of a name or a command. */
function matchValues(words: string[]): RegExp {
  const longestFirst = words.toSorted((a, b) => b.length - a.length);
  const plain = longestFirst.map((word) => RegExp.escape(word)).join("|");
  const encoded = words.map((word) => RegExp.escape(Buffer.from(word).toString("base64"))).join("|");
  const named = String.raw`(?<=(?:pass(?:word|wd|phrase)?|pwd|secret|token)\\?["']?(?:\s*[:=]\s*\\?["'\x60]?|\s+\\?["'\x60]))`;
  return new RegExp(String.raw`(?<=:)(?:${plain})(?=@)|${named}(?:${plain})(?![\w-])|(?:${encoded})`, "giu");
}
