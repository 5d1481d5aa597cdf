/** What the store's statements have in common. */
import * as v from "valibot";

/** PostgreSQL's 64-bit numbers come as text. */
export const whole = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.digits())]),
  v.transform(Number),
  v.safeInteger(),
);

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
