/** One cause across CRMs, told from a coincidence. */
import { WINDOW } from "../making/reports.ts";
import { expect, test } from "bun:test";
import { findSharedCauses, type CrmFailures } from "../../src/report/shared-failures.ts";

const at = (time: string) => Date.parse(`2026-07-10T${time}:00Z`) / 60_000;

function crm(source: string, message: string | null, times: string[], current = true): CrmFailures {
  return {
    source,
    failed: times.length,
    failures: [{ rule: "r", message, n: times.length, firstMs: 0, lastMs: 0, current, minutes: times.map(at) }],
  };
}

const refused = "Connection refused: db-1:5432";

test.each<{ name: string; crms: CrmFailures[]; messages: string[] }>([
  {
    name: "two CRMs with the same family in the same minutes, each more than once",
    crms: [crm("a", refused, ["04:10", "04:13"]), crm("b", "could not connect to server", ["04:11", "04:15"])],
    messages: [
      "One cause for 2 CRMs (a, b): they failed with connection errors from 10 Jul 2026 04:10 to 04:16: Connection refused: db-1:5432",
    ],
  },
  { name: "once each may be chance", crms: [crm("a", refused, ["04:10"]), crm("b", refused, ["04:11"])], messages: [] },
  {
    name: "three CRMs once each are not",
    crms: [crm("a", refused, ["04:10"]), crm("b", refused, ["04:12"]), crm("c", refused, ["04:14"])],
    messages: [expect.stringMatching(/^One cause for 3 CRMs \(a, b, c\).* from 10 Jul 2026 04:10 to 04:15/) as never],
  },
  {
    name: "the same minutes, another family",
    crms: [crm("a", refused, ["04:10", "04:11"]), crm("b", "HTTP 429", ["04:10", "04:11"])],
    messages: [],
  },
  {
    name: "the same family, hours apart",
    crms: [crm("a", refused, ["04:10", "04:11"]), crm("b", refused, ["09:10", "09:11"])],
    messages: [],
  },
  {
    name: "several times: the longest is told, and that there were more",
    crms: [
      crm("a", refused, ["04:10", "04:11", "12:00", "12:03", "12:06"]),
      crm("b", refused, ["04:10", "04:11", "12:00", "12:03", "12:06"]),
    ],
    messages: [expect.stringMatching(/from 10 Jul 2026 12:00 to 12:07, and so 1 more time: /) as never],
  },
  {
    name: "what no family knows is alike only by its message",
    crms: [
      crm("a", "Boom 17", ["04:10", "04:11"]),
      crm("b", "Boom 18", ["04:10", "04:11"]),
      crm("c", "Bang", ["04:10", "04:11"]),
    ],
    messages: [expect.stringMatching(/^One cause for 2 CRMs \(a, b\): they failed alike from/) as never],
  },
  {
    name: "the window before does not count",
    crms: [crm("a", refused, ["04:10", "04:11"], false), crm("b", refused, ["04:10", "04:11"])],
    messages: [],
  },
])("$name", ({ crms, messages }) => {
  expect(findSharedCauses(crms, WINDOW).map(({ message }) => message)).toEqual(messages);
});

test("evidence names the CRMs, the family and the times; secrets are masked", () => {
  const [finding] = findSharedCauses(
    [
      crm("a", "Connection refused: postgres://u:canary@h/d", ["04:10", "04:11"]),
      crm("b", "Connection refused", ["04:10", "04:11"]),
    ],
    WINDOW,
  );
  expect(finding).toMatchObject({
    id: "failures-shared",
    severity: "critical",
    evidence: {
      sources: ["a", "b"],
      family: "connection",
      from: "2026-07-10T04:10:00Z",
      to: "2026-07-10T04:12:00Z",
      times: 1,
    },
  });
  expect(JSON.stringify(finding)).not.toContain("canary");
});
