import { expect, test } from "bun:test";
import { expandVariables } from "../../src/config/expand.ts";

const variables = { HOST: "db.example", EMPTY: "" };

test.each([
  { name: "a variable", from: "postgres://${HOST}/x", to: "postgres://db.example/x" },
  { name: "a default for one that is not set", from: "${PORT:-5432}", to: "5432" },
  { name: "a default for an empty one", from: "${EMPTY:-x}", to: "x" },
  { name: "an empty one without a default", from: "a${EMPTY}b", to: "ab" },
  { name: "a dollar sign", from: "pa$$word $$HOST", to: "pa$word $HOST" },
  { name: "a lone dollar sign stays", from: "5$ a$b", to: "5$ a$b" },
  { name: "nothing inside a value is expanded again", from: "${X:-$HOST}", to: "$HOST" },
])("$name", ({ from, to }) => {
  expect(expandVariables({ a: [from] }, variables)).toEqual({ value: { a: [to] }, problems: [] });
});

test.each([
  { from: "${NOPE}", says: "NOPE is not set" },
  { from: "${not a name}", says: "starts no variable" },
  { from: "${HOST", says: "starts no variable" },
  { from: "${HOST:-${OTHER}}", says: "a default holds no variable of its own: write ${HOST}, and set HOST" },
  { from: "${NOPE:-${OTHER:-x}}", says: "a default holds no variable of its own" },
])("$from is a problem at its key", ({ from, says }) => {
  const { problems } = expandVariables({ crm: { hubspot: { url: from } } }, variables);
  expect(problems).toEqual([{ path: ["crm", "hubspot", "url"], message: expect.stringContaining(says) }]);
});
