/** What the sections of a configuration are made of. A duration is milliseconds once parsed. */
import * as v from "valibot";
import { parseDuration } from "../../time/duration.ts";
import { isTimeZone } from "../../time/occurrences.ts";
import { isNoPath, LOOKS_LIKE_URL } from "../../text/typed-path.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../../time/units.ts";

export const CRM_NAME = /^[a-z][a-z0-9_-]{0,62}$/;
/** As a name it means every CRM. */
export const RESERVED_NAME = "all";

type Limits = { minMs: number; maxMs: number; says: string };

/** A minute to a year: windows and ages. */
export const AGE_LIMITS: Limits = { minMs: MINUTE_MS, maxMs: 366 * 24 * HOUR_MS, says: "1m to 366d" };

/** The description is printed by `config schema` and `config init`; its first sentence must do alone. */
export const describe = <T extends v.GenericSchema>(description: string, schema: T) =>
  v.pipe(schema, v.description(description));

export const text = v.pipe(v.string("must be text"), v.nonEmpty("must not be empty"));

/** Of a file or a folder. */
export const path = v.pipe(
  text,
  v.check((value) => !isNoPath(value), LOOKS_LIKE_URL),
);

export const names = v.pipe(v.array(text, "must be a list of names"), v.title("list of names"));

export const boolean = v.boolean("must be true or false");

export const choice = <const T extends readonly string[]>(options: T) =>
  v.picklist(options, `must be one of ${options.join(", ")}`);

const number = v.number("must be a number");
const whole = v.pipe(number, v.integer("must be a whole number"));

export const ratio = v.pipe(
  number,
  v.minValue(0, "must be at least 0"),
  v.maxValue(1, "must be at most 1"),
  v.title("share from 0 to 1"),
);

const aboveZero = v.gtValue<number, 0, string>(0, "must be above 0");
export const positive = v.pipe(number, aboveZero, v.title("number above 0"));
export const positiveWhole = v.pipe(whole, aboveZero, v.title("whole number above 0"));

export const wholeBetween = (min: number, max: number) =>
  v.pipe(
    whole,
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
    v.title(`whole number from ${min} to ${max}`),
  );

const EXAMPLES = ["30s", "12h", "90d"];

/** Text with a unit, or a number of seconds. */
export const duration = ({ minMs, maxMs, says }: Limits) => {
  const isWithin = (ms: number) => ms >= minMs && ms <= maxMs;
  const example = EXAMPLES.find((text) => isWithin(parseDuration(text, SECOND_MS) ?? Number.NaN)) ?? EXAMPLES[0];
  const wrong = `must be a duration such as "${example}" (${says})`;
  return v.pipe(
    v.union([v.string(), v.number()], wrong),
    v.title(`duration of ${says}, or seconds`),
    v.transform((value) => parseDuration(String(value), SECOND_MS) ?? Number.NaN),
    v.check(isWithin, `${wrong}; a bare number is seconds`),
    v.transform(Math.round),
  );
};

export const timezone = v.pipe(
  text,
  v.check(isTimeZone, "must be a time zone such as Europe/Berlin (an IANA name)"),
  v.title("time zone"),
);
