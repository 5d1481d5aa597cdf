/** Why the starts of some rows cannot be read. */
import { quoteVisibly } from "./blanks.ts";
import { listNames } from "./figures.ts";

const MOST_FORMS = 3;

/** As a sentence about the rows. `forms`: of their starts, with each digit as 0 and each letter as a; `""`: there is none. */
export function describeForms(forms: string[]): string {
  const written = [...new Set(forms)].filter((form) => form !== "");
  if (written.length === 0) return "they have no start";
  const named = listNames(written.slice(0, MOST_FORMS).map((form) => quoteVisibly(form)));
  return `no start of the form ${named} is understood${forms.includes("") ? ", and some have none" : ""}`;
}
