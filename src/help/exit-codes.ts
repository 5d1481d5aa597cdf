/** What each exit code means. */
import { EXIT } from "../errors.ts";
import { writeTable } from "./table.ts";

const MEANINGS = {
  ok: "All that was asked for was made and delivered.",
  finding:
    "Reports were made, and a finding reached --fail-on or the fail_on of its schedule. Or schedule status found a schedule that does not do its work, or memory check days that differ.",
  usage: "Usage or configuration error. Nothing was run.",
  someUnreadable: "Some CRMs could not be read, or have no table to read. The reports of the others were made.",
  noneReadable: "No CRM could be read, or none has a table to read.",
  delivery: "Reports were made, but an export, the store, --output or the standard output failed.",
  bug: "A bug of automation-reports.",
  sigint: "Interrupted by SIGINT.",
  sigterm: "Interrupted by SIGTERM. A daemon that SIGTERM stops exits with 0.",
} satisfies Record<keyof typeof EXIT, string>;

/** Each code with its meaning, ascending. */
export function listExitCodes(): { code: number; meaning: string }[] {
  return Object.entries(MEANINGS).map(([key, meaning]) => ({ code: EXIT[key as keyof typeof EXIT], meaning }));
}

export function writeExitCodes(): string {
  return writeTable(
    ["exit", "meaning"],
    listExitCodes().map(({ code, meaning }) => [String(code), meaning]),
  );
}
