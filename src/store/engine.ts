/** What a database must do to hold the store. */

type Value = string | number | null;

/**
 * With values: one statement with `$1`, `$2`, … in it, its rows returned. Without: any number of statements, nothing
 * returned. Whole numbers of 64 bits may come as text.
 */
export type Ask = (text: string, values?: Value[]) => Promise<Record<string, unknown>[]>;

export type Engine = {
  /** Where it is, without a secret. */
  place: string;
  /** SQL: the database's own clock, epoch milliseconds. */
  nowMs: string;
  /** SQL: one row whose `found` is 1 where the store's tables are there. */
  findTables: string;
  /** One for each version, from 1 on. */
  migrations: string[];
  /** All of the work's statements or none; the work may be run only once. Throws an `AppError` in words. */
  transact: <T>(work: (ask: Ask) => Promise<T>) => Promise<T>;
  /** Whether a running slot is still its holder's. */
  isHeld: (slot: { holder: string; leaseUntilMs: number; nowMs: number }) => boolean;
  /** SQL: others who ask about the schedule `$1` wait until the transaction ends; null: transactions wait for each other. */
  lockSchedule: string | null;
  /** What is wrong with the database itself. */
  check: () => Promise<string[]>;
  backup: (path: string) => Promise<void>;
  close: () => Promise<void>;
};
