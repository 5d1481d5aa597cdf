/** A family is all the rows of one kind that the store holds, and the calls that read and write them. */

/** What a family does when the whole store is checked or pruned. `Kind`: the kinds of rows it deletes. */
export type Family<Kind extends string> = {
  /** One line for each row that can no longer be read. */
  check: () => Promise<string[]>;
  /** Deletes the rows from before that moment, epoch milliseconds. Returns how many, by kind. */
  prune: (beforeMs: number) => Promise<Record<Kind, number>>;
};
