/** What is said of a pass that is kept without what it has seen. */

export function sayForgotten(reason: string): string {
  return `what this report has seen is not remembered: ${reason}: see automation-reports store check`;
}
