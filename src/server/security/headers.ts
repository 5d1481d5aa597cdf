/** What a browser may do with an answer. */
import { createHash } from "node:crypto";

/** Only what the page itself has: its own style and script, by their hashes, and what is below its own address. */
export function writePolicy({ styles = [], scripts = [] }: { styles?: string[]; scripts?: string[] } = {}): string {
  const list = (texts: string[]) => ["'self'", ...texts.map(hash)].join(" ");
  return [
    "default-src 'none'",
    `script-src ${list(scripts)}`,
    `style-src ${list(styles)}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** For every answer that says nothing else: a document that may do nothing. */
export const STRICT_POLICY = "default-src 'none'; frame-ancestors 'none'";

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
