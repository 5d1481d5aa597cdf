/** Errors that stop the work. Everything expected to fail for one CRM is a value instead. */

export type ErrorKind = "usage" | "config" | "delivery" | "interrupted";

/** The message says what, where and what to do instead; it never holds a secret. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  /** The message, one for each mistake. A line break within a line is somebody's text, such as the name of a file. */
  readonly lines: readonly string[];

  constructor(kind: ErrorKind, message: string | readonly string[], options?: ErrorOptions) {
    const lines = typeof message === "string" ? [message] : message;
    super(lines.join("\n"), options);
    this.name = "AppError";
    this.kind = kind;
    this.lines = lines;
  }
}

/** The documented exit codes. */
export const EXIT = {
  ok: 0,
  finding: 1,
  usage: 2,
  someUnreadable: 3,
  noneReadable: 4,
  delivery: 5,
  bug: 70,
  sigint: 130,
  sigterm: 143,
} as const;

export const EXIT_OF_ERROR: Record<Exclude<ErrorKind, "interrupted">, number> = {
  usage: EXIT.usage,
  config: EXIT.usage,
  delivery: EXIT.delivery,
};
