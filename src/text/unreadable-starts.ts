/** Why the starts of some rows cannot be read. */
import { quoteVisibly } from "./blanks.ts";
import { listNames } from "./figures.ts";

const MOST_FORMS = 3;

/** Of a table in which no start of a run can be read: why, as a sentence about it. `form`: as of `describeForms`. */
export function describeUnread(form: string, ids: string[]): string {
  const rows = `(rows ${ids.join(", ")})`;
  return form === ""
    ? `its runs have no start ${rows}: read a view that takes another of their times for it`
    : `the starts of its runs are in no form that is read: "${form}" ${rows}`;
}

/** As a sentence about the rows. `forms`: of their starts, with each digit as 0 and each letter as a; `""`: there is none. */
export function describeForms(forms: string[]): string {
  const written = [...new Set(forms)].filter((form) => form !== "");
  if (written.length === 0) return "they have no start";
  const named = listNames(written.slice(0, MOST_FORMS).map((form) => quoteVisibly(form)));
  return `no start of the form ${named} is understood${forms.includes("") ? ", and some have none" : ""}`;
}
