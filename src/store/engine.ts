/** What a database must do to hold the store. */

/** Bytes come back as bytes. */
type Value = string | number | null | Uint8Array<ArrayBuffer>;

/**
 * With values: runs one statement, in which `$1`, `$2`, … stand for them, and returns its rows. Without: runs any number of
 * statements and returns nothing. Whole numbers of 64 bits may come as text.
 */
export type Ask = (text: string, values?: Value[]) => Promise<Record<string, unknown>[]>;

/** `look`: nothing is written, no right to write is needed, and no writer is waited for. */
export type Access = "look" | "write";

export type Engine = {
  /** The path, or the server with the database, without a secret. */
  place: string;
  /** False where nothing was ever written: it is read as empty. */
  isThere?: boolean;
  /** SQL: the database's own clock, epoch milliseconds. */
  nowMs: string;
  /** SQL: one row, whose `found` is 1 where the store's tables exist, else 0. */
  findTables: string;
  /** SQL: a row for each column of the store's tables: `table`, and its name as `what`. */
  listColumns: string;
  /** SQL: a row for each key that allows no doubles: `table`, and its columns in their order as `what`. */
  listKeys: string;
  /** SQL: a row for each trigger of the store's tables: `table`, and its name as `what`. */
  listTriggers: string;
  /** SQL: one row, whose `bytes` is how much room the store's tables and indexes take. */
  measureSize: string;
  /** The SQL that leads to each version of the tables, from 1 on. */
  migrations: string[];
  /** Runs the work once, and commits all of its statements or none. Throws an `AppError` in words. */
  transact: <T>(work: (ask: Ask) => Promise<T>) => Promise<T>;
  /** As `transact`, of one state of the database, and waits for no writer. */
  look: <T>(work: (ask: Ask) => Promise<T>) => Promise<T>;
  /** Whether a running slot still belongs to its holder. */
  isHeld: (slot: { holder: string; leaseUntilMs: number; nowMs: number }) => boolean;
  /** SQL: makes other transactions about what `$1` names wait for this one; null: all transactions wait for each other. */
  lockName: string | null;
  /** Another one after a commit of whomever; null: that cannot be told without asking. It waits for nothing. */
  version: () => string | null;
  /** Told what an operator should know: of rows that are left out, and of the file. */
  say: (text: string) => void;
  /** What is wrong with the database itself. `shared`: its group may read it. */
  check: (shared: boolean) => Promise<string[]>;
  backup: (path: string) => Promise<void>;
  close: () => Promise<void>;
};
