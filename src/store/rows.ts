/** What the store's statements have in common. */
import * as v from "valibot";

/** PostgreSQL's 64-bit numbers come as text. */
export const whole = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.digits())]),
  v.transform(Number),
  v.safeInteger(),
);

/** JSON in ASCII alone, which a database of any encoding takes. */
export function writeAscii(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

type Given = string | number | string[] | undefined;

/** A condition for each value that is given, `?` in it becoming its number or its numbers. */
export function buildFilter(conditions: [text: string, value: Given][]): {
  where: string;
  values: (string | number)[];
} {
  const values: (string | number)[] = [];
  const parts = conditions.flatMap(([text, value]) => {
    if (value === undefined) return [];
    const given = Array.isArray(value) ? value : [value];
    const numbers = given.map((item) => `$${values.push(item)}`);
    return [text.replace("?", numbers.join(", "))];
  });
  return { where: parts.length === 0 ? "" : `WHERE ${parts.join(" AND ")}`, values };
}
