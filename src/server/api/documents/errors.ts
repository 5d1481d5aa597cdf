/** Failures by cause, over all CRMs and over time. */
import * as v from "valibot";
import type { Digest } from "../../../report/document/digest.ts";
import { ERROR_FAMILIES, errorGroupSchema, type ErrorGroup } from "../../../report/errors/schema.ts";
import { count, describe, instant } from "../../../report/document/schema-figures.ts";
import { compareNames } from "../../../report/words.ts";
import { formatInstant } from "../../../text/figures.ts";
import { crmName } from "./crms.ts";

const { fingerprint, example } = errorGroupSchema.entries;
const family = v.picklist(ERROR_FAMILIES);

const whereSchema = v.strictObject({
  crm: crmName,
  report: describe(v.string(), "Id of the kept report"),
  window_start: instant,
  window_end: instant,
  count: describe(count, "Failed and partial runs of that window"),
  rules: describe(v.array(v.string()), "The rules that failed so"),
  first_seen: instant,
  last_seen: instant,
  is_new: describe(v.boolean(), "Nothing like it in the window before"),
});

const cause = { fingerprint, family, example, first_seen: instant, last_seen: instant };

/** The causes of the newest reports. */
export const ErrorsSchema = v.strictObject({
  errors: describe(
    v.array(
      v.strictObject({
        ...cause,
        count: describe(count, "In the newest reports of all CRMs"),
        is_new: describe(v.boolean(), "New in every CRM that has it"),
        crms: describe(v.array(whereSchema), "Most frequent first"),
      }),
    ),
    "Most frequent first. A report tells its ten most frequent",
  ),
});

/** One cause, as far back as was looked. */
export const ErrorSchema = v.strictObject({
  ...cause,
  reports: describe(v.array(whereSchema), "The kept reports that have it, newest window first"),
  looked_back_to: describe(instant, "Start of the oldest window that was looked at"),
});

/** `id`: the kept report's. */
export type DigestOf = { id: string; digest: Digest };

/** `newest`: of each CRM. */
export function publishErrors(newest: DigestOf[]): v.InferOutput<typeof ErrorsSchema> {
  const found = newest.flatMap((kept) => kept.digest.errors.map((group) => ({ kept, group })));
  const byPrint = Map.groupBy(found, ({ group }) => group.fingerprint);
  const errors = [...byPrint.values()].map((members) => ({
    ...describeCause(members),
    count: members.reduce((sum, { group }) => sum + group.count, 0),
    is_new: members.every(({ group }) => group.is_new),
    crms: members.toSorted((a, b) => b.group.count - a.group.count).map(publishWhere),
  }));
  return { errors: errors.toSorted((a, b) => b.count - a.count || compareNames(a.fingerprint, b.fingerprint)) };
}

/** Null: none of the reports has it. `looked`: newest window first. */
export function publishError(print: string, looked: DigestOf[]): v.InferOutput<typeof ErrorSchema> | null {
  const found = looked.flatMap((kept) => {
    const group = kept.digest.errors.find((one) => one.fingerprint === print);
    return group === undefined ? [] : [{ kept, group }];
  });
  const oldestMs = Math.min(...looked.map(({ digest }) => digest.windowStartMs));
  if (found.length === 0) return null;
  return { ...describeCause(found), reports: found.map(publishWhere), looked_back_to: formatInstant(oldestMs) };
}

type Found = { kept: DigestOf; group: ErrorGroup };

function describeCause(members: Found[]) {
  const groups = members.map(({ group }) => group);
  const [newest] = groups.toSorted((a, b) => compareNames(b.last_seen, a.last_seen));
  return {
    fingerprint: newest?.fingerprint ?? "",
    family: newest?.family ?? ("other" as const),
    example: newest?.example ?? null,
    first_seen: groups.map((group) => group.first_seen).toSorted(compareNames)[0] ?? "",
    last_seen: newest?.last_seen ?? "",
  };
}

function publishWhere({ kept: { id, digest }, group }: Found): v.InferOutput<typeof whereSchema> {
  return {
    crm: digest.source,
    report: id,
    window_start: formatInstant(digest.windowStartMs),
    window_end: formatInstant(digest.windowEndMs),
    count: group.count,
    rules: group.rules,
    first_seen: group.first_seen,
    last_seen: group.last_seen,
    is_new: group.is_new,
  };
}
