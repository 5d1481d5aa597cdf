/** Why a warehouse could not be read, without anything that a row of it may hold. */
import { describeFailure } from "../database/failure.ts";
import type { Target } from "../database/target.ts";
import { maskCustomerValues } from "../report/errors/customer-values.ts";
import { maskSecrets } from "../report/errors/secrets.ts";

/** One line; the caller removes the configuration's secrets from it by value. */
export function describeReadFailure(error: unknown, target: Target): string {
  return describeFailure(error, target, (said) => maskCustomerValues(maskSecrets(said)));
}
