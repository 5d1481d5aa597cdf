/** How a table spells its times, as both dialects' spelling.sql tells it of the newest rows. */
import * as v from "valibot";
import { maskName } from "../report/errors/redact.ts";
import type { UnreadableStarts } from "../report/activity.ts";
import { isNumber, isText, listOf, table } from "./guards.ts";

export type Spelling = {
  /** Some time is spelled otherwise than the engine reads it. */
  isOther: boolean;
  /** The start of at least one run of the CRM can be read. */
  isReadable: boolean;
  /** Some time of the newest rows is a text without a zone, on a server that has one itself. */
  lacksZone: boolean;
  unreadable: UnreadableStarts[];
};

const spellingSchema = v.object({
  is_other: v.boolean(),
  is_readable: v.boolean(),
  lacks_zone: v.boolean(),
  /** rule, rows, how many of them are newer than each that can be read, ids, the newest start. */
  unreadable: v.pipe(table(isText, isNumber, isNumber, listOf(isText), isText), v.maxLength(100)),
});

/** Of a table whose times are of no type that holds text. */
export const PLAIN_SPELLING: Spelling = { isOther: false, isReadable: true, lacksZone: false, unreadable: [] };

/** Throws a `ValiError` where the answer has another shape. */
export function readSpelling(json: string): Spelling {
  const read = v.parse(spellingSchema, JSON.parse(json));
  const { is_other: isOther, is_readable: isReadable, lacks_zone: lacksZone, unreadable } = read;
  return {
    isOther,
    isReadable,
    lacksZone,
    unreadable: unreadable.map(([rule, n, newer, ids, start]) => ({ rule, n, newer, ids, form: describeForm(start) })),
  };
}

/** Names as a report shows them. */
export function maskRules(unreadable: UnreadableStarts[]): UnreadableStarts[] {
  return unreadable.map((one) => ({ ...one, rule: maskName(one.rule) }));
}

const LONGEST_FORM = 40;

/** `00.00.0000 00:00` for any such time: the form is told, and no value of a row is. */
function describeForm(start: string): string {
  const form = start
    .replaceAll(/\p{N}/gu, "0")
    .replaceAll(/\p{Lu}/gu, "A")
    .replaceAll(/\p{L}/gu, "a");
  return form.length > LONGEST_FORM ? `${form.slice(0, LONGEST_FORM)}…` : form;
}
