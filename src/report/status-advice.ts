/** What to do about runs whose status says nothing to this program. */
import { startSentence } from "../text/sentences.ts";
import { isNoStatus } from "./words.ts";

/** `words`: as the rows have them. */
export function adviseOnStatuses(words: string[]): string {
  const explain = "say what each word means under statuses in the configuration of this CRM";
  const write = "let the syncs write how each run ended, or read a view that says what a row without a status means";
  const missing = words.filter((word) => isNoStatus(word)).length;
  const todo = missing === 0 ? explain : missing === words.length ? write : `${explain}, and ${write}`;
  return `${startSentence(todo)}; until then these runs are in no rate`;
}
