/** Failures of one cause, counted together. */
import { formatInstant } from "../../text/figures.ts";
import { compareNames } from "../words.ts";
import { createFingerprinter, type Fingerprint } from "./fingerprint.ts";
import type { ErrorGroup } from "./schema.ts";

/** Failed actions of one rule with one message, in the current window or the one before; times are their ends, or starts where they have none. */
export type ErrorRow = {
  rule: string;
  message: string | null;
  n: number;
  firstMs: number;
  lastMs: number;
  current: boolean;
};

type Print = { row: ErrorRow; fingerprint: Fingerprint; id: string };

/** So many a report lists. */
export const MOST_GROUPS = 10;

/** Most frequent first; the window before decides only what is new. */
export function groupErrors(rows: ErrorRow[], fingerprintOf = createFingerprinter()): ErrorGroup[] {
  const prints = rows.map((row) => {
    const fingerprint = fingerprintOf(row.message);
    return { row, fingerprint, id: identify(fingerprint) };
  });
  const before = new Set(prints.filter(({ row }) => !row.current).map(({ id }) => id));
  return [
    ...Map.groupBy(
      prints.filter(({ row }) => row.current),
      ({ id }) => id,
    ),
  ]
    .map(([id, members]) => ({
      key: members[0]?.fingerprint.key ?? "",
      group: describeGroup(id, members, !before.has(id)),
    }))
    .toSorted(
      (a, b) =>
        b.group.count - a.group.count || compareNames(a.key, b.key) || compareNames(a.group.family, b.group.family),
    )
    .slice(0, MOST_GROUPS)
    .map(({ group }) => group);
}

/** The fingerprints of groups whose messages of the window are alike, and not the same. */
export function listDiffering(rows: ErrorRow[], fingerprintOf: (message: string | null) => Fingerprint): Set<string> {
  const examples = new Map<string, string | null>();
  const differing = new Set<string>();
  for (const { message } of rows.filter(({ current }) => current)) {
    const fingerprint = fingerprintOf(message);
    const id = identify(fingerprint);
    if (!examples.has(id)) examples.set(id, fingerprint.example);
    else if (examples.get(id) !== fingerprint.example) differing.add(hash(id));
  }
  return differing;
}

function identify({ family, key }: Fingerprint): string {
  return `${family}\n${key}`;
}

/** SHA-256, because it is kept and compared between versions of the program and of Bun. */
function hash(id: string): string {
  return new Bun.CryptoHasher("sha256").update(id).digest("hex").slice(0, 12);
}

function describeGroup(id: string, members: Print[], isNew: boolean): ErrorGroup {
  const rows = members.map(({ row }) => row);
  const newest = members.toSorted(
    (a, b) => b.row.lastMs - a.row.lastMs || compareNames(a.row.message ?? "", b.row.message ?? ""),
  )[0]?.fingerprint;
  return {
    fingerprint: hash(id),
    family: newest?.family ?? "other",
    example: newest?.example ?? null,
    count: rows.reduce((sum, { n }) => sum + n, 0),
    rules: [...new Set(rows.map(({ rule }) => rule))].toSorted(compareNames),
    first_seen: formatInstant(Math.min(...rows.map(({ firstMs }) => firstMs))),
    last_seen: formatInstant(Math.max(...rows.map(({ lastMs }) => lastMs))),
    is_new: isNew,
  };
}
