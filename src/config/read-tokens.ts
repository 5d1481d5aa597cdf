/** The tokens of `[serve] token_file`: a line for each, `NAME SCOPE[,SCOPE] TOKEN`. */
import { statSync } from "node:fs";
import { showText } from "../text/terminal.ts";
import { readSecretText } from "./read-secret.ts";
import type { Reading } from "./reading.ts";
import { SCOPES, type NamedToken, type Scope } from "./schema.ts";

const READABLE_BY_ALL = 0o004;
const WRITABLE_BY_ALL = 0o002;
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
/** What a Bearer header may hold (RFC 6750, token68). A shorter one could be guessed. */
const TOKEN = /^[\w.~+/-]{20,512}=*$/;
const FORM = "NAME read,run TOKEN";
const ADVICE = "at least 20 letters, digits or - . _ ~ + / (openssl rand -hex 32 makes one)";

/** Text: what is wrong with the file, without a word of its content. Every token becomes a secret. */
export function readTokens(file: string, reading: Reading): NamedToken[] | string {
  const found = readSecretText(file, reading, () => null);
  if ("problem" in found) return found.problem;
  const place = showText(found.path);
  const { mode } = statSync(found.path);
  if ((mode & WRITABLE_BY_ALL) !== 0) {
    return `${place}: every user may write it, and add a token: chmod o-rwx ${place}, and look through its lines`;
  }
  if ((mode & READABLE_BY_ALL) !== 0) {
    return `${place}: every user may read it: chmod o-rwx ${place}, and make new tokens`;
  }
  const tokens: NamedToken[] = [];
  for (const [index, line] of found.text.split("\n").entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "" || words[0]?.startsWith("#") === true) continue;
    reading.secrets.push(...words.slice(2));
    const read = readLine(words, tokens);
    if (typeof read === "string") return `${place}: line ${index + 1}: ${read}`;
    tokens.push(read);
  }
  return tokens.length > 0 ? tokens : `${place}: no token stands in it: write lines such as ${FORM}`;
}

function readLine(words: string[], before: NamedToken[]): NamedToken | string {
  const [name = "", listed = "", token = ""] = words;
  if (words.length !== 3) return `it has ${words.length} words, and must have three: ${FORM}`;
  if (!NAME.test(name)) return "a name is a small letter, then up to 62 small letters, digits, _ or -";
  const scopes = SCOPES.filter((scope) => listed.split(",").includes(scope));
  if (!listed.split(",").every((scope) => SCOPES.includes(scope as Scope))) {
    return `what a token allows is ${SCOPES.join(" or ")}, or both with a comma`;
  }
  if (!TOKEN.test(token)) return `a token has ${ADVICE}`;
  if (before.some((one) => one.name === name)) return "another line has that name";
  if (before.some((one) => one.token === token)) return "another line has that token: make one for each";
  return { name, scopes, token };
}
