/** `[display]`: how reports are shown in a terminal. */
import * as v from "valibot";
import { describe, timezone } from "./fields.ts";

export const displaySchema = v.strictObject({
  timezone: describe("IANA name of the zone whose times are shown beside UTC. By default none.", v.optional(timezone)),
});
