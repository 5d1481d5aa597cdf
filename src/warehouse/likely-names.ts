/** What the name of a table tells of its rows, by its words in small letters. */

/** At the end of the name of a table that holds nothing else. */
const RUNS = ["run", "runs", "load", "loads", "execution", "executions", "sync", "syncs"];
const OF_RUNS = [...RUNS, "history", "result", "results", "logs"];
/** Things of business have a status, a start and an end, too; of such names are the tables of schedulers, whose columns say less. */
const NAMED_FOR_WORK = /job|sync|histor|(?:^|_)(?:task|run|execution|queue|etl|log|import|batch)(?:s|es)?(?:_|$)/;
/** Of so many columns more. */
const WORTH_OF_WORK = 20;
/** A copy that lacks the newest runs has the same columns. */
const OF_OLD = ["archive", "archived", "backup", "bak", "old", "copy", "tmp"];
/** A table of these has no run that succeeded. */
const OF_FAILURES = ["failed", "failure", "failures", "errors", "dead"];

export function rankName(words: string[]): number {
  const worth = NAMED_FOR_WORK.test(words.join("_")) ? WORTH_OF_WORK : 0;
  const isOfRuns = words.some((word) => OF_RUNS.includes(word));
  return worth + (isOfRuns ? 1 : 0) - (namesOld(words) ? 1 : 0);
}

export function namesOld(words: string[]): boolean {
  return words.some((word) => OF_OLD.includes(word));
}

export function namesRuns(words: string[]): boolean {
  return RUNS.includes(words.at(-1) ?? "");
}

export function namesFailures(words: string[]): boolean {
  return words.some((word) => OF_FAILURES.includes(word));
}
