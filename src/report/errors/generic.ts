/** Whether words only say that something failed: then what caused it is told instead, where the message knows it. */

const ACTIVITY =
  /^(?:sync(?:s|ed|ing|hroni[sz]ation|hroni[sz]e)?|tasks?|jobs?|runs?|running|imports?|importing|exports?|exporting|pipeline|etl|load(?:ing)?|process(?:ing)?|steps?|stage|workers?|execut(?:e|ion|ing)|automation|batch|command|script|operation|handler|integration|main|flows?|dags?|workflows?|connectors?|sources?|destinations?|targets?|streams?|nodes?|functions?|lambda|plugins?|modules?|components?|activit(?:y|ies)|ops?|assets?|pods?|procedures?|extract(?:ion|ing)?|transform(?:ation|ing)?|ingest(?:ion|ing)?|replication|materiali[sz]ation|refresh)$/;
const FAILURE =
  /^(?:fail(?:ed|s|ure|ures|ing)?|errors?|errored|exceptions?|abort(?:ed|ing)?|wrong|crashed|unsuccessful(?:ly)?|stopped|terminated|exit(?:ed|ing)?|exitcode|fatal|faults?|oops|problems?|issues?|unable)$/;
const FILLER =
  /^(?:an?|and|the|of|in|on|at|by|for|from|to|with|while|during|due|because|is|was|were|has|have|had|been|did|not|could|can|cannot|see|check|logs?|above|below|details?|more|info|information|please|something|went|happened|occurred|encountered|unexpected|unknown|unhandled|uncaught|internal|generic|app|application|base|runtime|server|code|status|non-?zero|complete[d]?|finish(?:ed)?|after|this|it|level|severity|your|our|state|able|try|again|later|contact|support|administrator)$/;
/** Of a class, such as SyncError; without a message it says as little. */
const NAMED = /^(?:[A-Za-z_][\w$]*(?:\.|::|\\))*([A-Za-z_$][\w$]*(?:Error|Exception|Failure|Failed|Exit))\s*(?::\s*|$)/;
const MOST_WORDS = 12;

/** Words that only say that some of the values are wrong. */
const SUMMARY =
  /^(?:bad request|unprocessable (?:entity|content)|(?:record |input |data )?validation[ _]?(?:failed|errors?|exception|problem)|record ?invalid|the (?:given|submitted) data (?:was|is) invalid|(?:property values|(?:some|one or more) (?:fields|values|parameters|properties)) (?:were|are) (?:not valid|invalid)|(?:your |the )?request (?:(?:is|was|contains?) )?(?:an? )?(?:invalid|not valid|malformed)(?: \w{1,20})?|invalid[ _](?:request|input|data|arguments?|parameters?|json input)(?: error)?|(?:one or more|a(?: business)?) validation (?:errors?|exceptions?) (?:has |have )?occurred(?: while processing your request)?|validation failed for (?:object|classes)\b.{0,200}|(?:your |the )?(?:request )?(?:parameters?|input|data) (?:did not|didn['’]t|failed to) validate|business validation error)[.!]?$/i;

/** `SyncError: sync failed`, `An error occurred`, `sync of contacts failed`: one word beside an activity is its object, an HTTP status says more. */
export function isGeneric(text: string): boolean {
  const line = text.trim();
  const named = NAMED.exec(line);
  const said = named === null ? line : line.slice(named[0].length);
  if (/(?<![\w.])[45]\d\d(?![\w.])/.test(said)) return false;
  const words = listWords(said);
  if (words.length > MOST_WORDS) return false;
  if (words.length === 0) return named === null ? line === "" : listWords(splitName(named[1] ?? "")).every(isPlain);
  const own = words.filter((word) => !isPlain(word));
  const isFailure = words.some((word) => FAILURE.test(word));
  if (own.length === 0) return isFailure || named !== null;
  return own.length === 1 && isFailure && !said.includes(":") && words.some((word) => ACTIVITY.test(word));
}

/** `Validation failed`: what is wrong with which value is said elsewhere. */
export function isSummary(text: string): boolean {
  return SUMMARY.test(text);
}

function isPlain(word: string): boolean {
  return ACTIVITY.test(word) || FAILURE.test(word) || FILLER.test(word);
}

/** In small letters; what has a digit in it is an id. */
function listWords(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? []).filter((word) => !/\d/.test(word));
}

function splitName(name: string): string {
  return name.replace(/([a-z])(?=[A-Z])/g, "$1 ").replaceAll("_", " ");
}
