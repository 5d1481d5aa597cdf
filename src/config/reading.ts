/** One reading of a configuration: what it needs, and what it finds beside the values. */
import type { Variables } from "./document.ts";
import type { Problem } from "./expand.ts";

export type Reading = {
  /** Of the file: relative paths begin beside it. */
  path: string;
  variables: Variables;
  problems: Problem[];
  secrets: string[];
  warnings: string[];
};

/** Adds a problem with a key of the table that is being read. */
export type Say = (key: string, message: string) => void;
