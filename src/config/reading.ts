/** One reading of a configuration: what it needs, and what it finds beside the values. */
import type { Variables } from "./document.ts";
import type { Problem } from "./expand.ts";

/** `work`: the tokens of `[serve]`, which nothing else needs and few may read, are left unread. */
export type Purpose = "work" | "serve";

export type Reading = {
  purpose: Purpose;
  /** Of the file: relative paths begin beside it. */
  path: string;
  /** The file's text, variables not expanded. */
  text: string;
  variables: Variables;
  problems: Problem[];
  secrets: string[];
  warnings: string[];
  /** Whether a password stands in the file itself, not in a variable or a file of its own. */
  isPasswordWritten: boolean;
};

/** Adds a problem with a key of the table that is being read. */
export type Say = (key: string, message: string) => void;
