/** The store: what is kept between passes. Times are epoch milliseconds. */
import type { Memory } from "./memory.ts";
import type { Reports } from "./reports.ts";
import type { Slots } from "./slots.ts";

export type Families = { reports: Reports; slots: Slots; memory: Memory };

/** How long what is kept is kept: the memory's hours, and all else. */
export type Ages = { retentionMs: number; memoryMs: number };

/** The kinds of rows that the families delete. */
type Kind = { [Name in keyof Families]: keyof Awaited<ReturnType<Families[Name]["prune"]>> }[keyof Families];

export type Store = Families & {
  /** The path, or the server with the database, without a secret. */
  place: string;
  /** False where nothing was ever written: it is read as empty. */
  isThere: boolean;
  /** What is wrong with the database and with the rows of every family; empty: nothing. `shared`: its group may read it. */
  check: (shared?: boolean) => Promise<string[]>;
  /** Another one after anything was changed, by whomever; null: that cannot be told without asking. */
  version: () => string | null;
  /** How much room its tables and indexes take, bytes. */
  size: () => Promise<number>;
  /** SQLite only: writes a consistent copy, whole or not at all. */
  backup: (path: string) => Promise<void>;
  /** Throws where the right to write, or the writer's turn, is not to be had. It changes nothing. */
  tryToWrite: () => Promise<void>;
  /** Deletes the rows of every family that are older than they may be. Returns how many, by kind. */
  prune: (nowMs: number, ages: Ages) => Promise<Record<Kind, number>>;
  [Symbol.asyncDispose]: () => Promise<void>;
};
