/** What to do about runs whose status says nothing to this program. */
import { startSentence } from "../../text/sentences.ts";
import { quoteKey } from "../../text/toml.ts";
import { isNoStatus } from "../words.ts";

const MOST_NAMED = 5;

/** `words`: as the rows have them. */
export function adviseOnStatuses(words: string[]): string {
  const named = words.filter((word) => !isNoStatus(word));
  const line = named.slice(0, MOST_NAMED).map((word) => `${quoteKey(word)} = "…"`);
  const explain = `say what each word means under statuses in the configuration of this CRM: statuses = { ${line.join(", ")} } with success, partial, failed, running, pending or skipped`;
  const write = "let the syncs write how each run ended, or read a view that says what a row without a status means";
  const missing = words.length - named.length;
  const todo = missing === 0 ? explain : missing === words.length ? write : `${explain}, and ${write}`;
  return `${startSentence(todo)}; until then these runs are in no rate`;
}
