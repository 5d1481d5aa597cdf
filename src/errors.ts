/** Errors that stop the work. Everything expected to fail for one CRM is a value instead. */

export type ErrorKind = "usage" | "config" | "delivery" | "interrupted";

/** The message says what, where and what to do instead; it never holds a secret. */
export class AppError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AppError";
    this.kind = kind;
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
