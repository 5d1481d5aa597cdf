/** The published shape of problem documents (RFC 9457). They hold nothing of what was asked. */
import * as v from "valibot";
import { describe } from "../../report/document/schema-figures.ts";
import { writeProblem, type Problem } from "../problems.ts";

/** As `writeProblem` writes them. */
export const ProblemSchema = v.strictObject({
  type: describe(v.literal("about:blank"), "The status says what kind of problem it is"),
  title: v.string(),
  status: v.pipe(v.number(), v.integer()),
  detail: describe(v.string(), "What is wrong, and what to do instead"),
  errors: v.exactOptional(
    describe(
      v.array(
        v.strictObject({
          in: v.picklist(["path", "query", "body"]),
          name: describe(
            v.nullable(v.string()),
            "Of a part that is known; null: the whole, or a part that is not known",
          ),
          reason: v.string(),
        }),
      ),
      "Each part of the request that is not as it should be",
    ),
  ),
});

/** Of the server's own, a status and a sentence; `errors`: which parts of the request are meant. */
export function sendProblem(
  status: Problem["status"],
  detail: string,
  errors?: v.InferOutput<typeof ProblemSchema>["errors"],
): Response {
  return writeProblem({ status, detail, ...(errors === undefined ? {} : { more: { errors } }) });
}
