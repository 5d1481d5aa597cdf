/** The configuration's schema with a table that nobody has heard of, as the next release may have one. */
import * as v from "valibot";
import { ConfigSchema } from "../../src/config/schema.ts";

export const EnlargedSchema = v.strictObject({
  ...ConfigSchema.entries,
  mail: v.optional(
    v.strictObject({
      server: v.optional(v.string("must be text"), "localhost"),
      password_file: v.optional(v.string("must be text")),
      to: v.optional(v.record(v.string(), v.strictObject({ address: v.string("must be text") })), {}),
      relays: v.optional(
        v.array(v.nullable(v.strictObject({ host: v.string("must be text"), key_file: v.optional(v.string()) }))),
        [],
      ),
    }),
    {},
  ),
});
