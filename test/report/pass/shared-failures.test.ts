/** One cause across CRMs, told from a coincidence. */
import { assertHelpful, WINDOW } from "../../making/reports.ts";
import { describe, expect, test } from "bun:test";
import { findSharedCauses as findCauses, type CrmFailures } from "../../../src/report/pass/shared-failures.ts";

const at = (time: string) => Date.parse(`2026-07-10T${time}:00Z`) / 60_000;

const findSharedCauses = (...facts: Parameters<typeof findCauses>) => {
  const found = findCauses(...facts);
  for (const { id, severity } of found) assertHelpful(id, severity);
  return found;
};

/** So many runs are in a day. */
const EVERY_FIVE_MINUTES = 288;
const EVERY_QUARTER = 96;

/** Of a rule that has succeeded just now; null: of which no success is known. */
function crm(
  source: string,
  message: string | null,
  times: string[],
  current = true,
  lastSuccessMs: number | null = WINDOW.endMs,
): CrmFailures {
  const firstMs = Math.min(...times.map(at)) * 60_000;
  return {
    source,
    failed: times.length,
    rules: [{ rule: "r", lastSuccessMs, runs: EVERY_FIVE_MINUTES }],
    idle: new Set(),
    notOver: [],
    failures: [{ rule: "r", message, n: times.length, firstMs, lastMs: 0, current, minutes: times.map(at) }],
  };
}

const refused = "Connection refused: db-1:5432";

/** Of one family, in words of three. */
const REFUSALS = [refused, "could not connect to server", "getaddrinfo ENOTFOUND db-1"];

/** Several messages, each at all times. */
function crmOf(source: string, messages: (string | null)[], times: string[]): CrmFailures {
  const made = messages.map((message) => crm(source, message, times));
  const failed = messages.length * times.length;
  return { ...made[0]!, failed, failures: made.flatMap(({ failures }) => failures) };
}

/** Eight to ten failures of each, on the hour and the half hour; only at 16:00 all three. */
const BY_CHANCE = [
  ["04:00", "05:30", "07:00", "08:30", "10:00", "11:30", "13:00", "14:30", "16:00", "16:00"],
  ["04:30", "06:00", "07:30", "09:00", "10:30", "12:00", "13:30", "15:00", "16:00"],
  ["02:00", "02:30", "03:00", "03:30", "05:00", "06:30", "08:00", "09:30", "16:00"],
];

/** The first three at 16:00, and each three times in hours of its own. */
function listTimes(n: number): string[] {
  const own = [0, 4, 8].map((k) => `${String((n + k) % 12).padStart(2, "0")}:${String(n * 5).padStart(2, "0")}`);
  return n < 3 ? [...own, "16:00"] : own;
}

/** From 02:00 to 06:59. */
const EACH_MINUTE = Array.from(
  { length: 300 },
  (_, n) => `0${2 + Math.floor(n / 60)}:${String(n % 60).padStart(2, "0")}`,
);

test.each<{ name: string; crms: CrmFailures[]; messages: string[] }>([
  {
    name: "two CRMs with the same family in the same minutes, each more than once",
    crms: [crm("a", refused, ["04:10", "04:13"]), crm("b", "could not connect to server", ["04:11", "04:15"])],
    messages: [
      "One cause for 2 CRMs (a, b): they failed with connection errors from 04:10 to 04:16, over now: Connection refused: db-1:5432",
    ],
  },
  { name: "once each may be chance", crms: [crm("a", refused, ["04:10"]), crm("b", refused, ["04:11"])], messages: [] },
  {
    name: "three CRMs once each are not",
    crms: [crm("a", refused, ["04:10"]), crm("b", refused, ["04:12"]), crm("c", refused, ["04:14"])],
    messages: [expect.stringMatching(/^One cause for 3 CRMs \(a, b, c\).* from 04:10 to 04:15, over now: /) as never],
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
    messages: [expect.stringMatching(/from 12:00 to 12:07, and so 1 more time, over now: /) as never],
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
    name: "records, logins, limits and columns of each one's own",
    crms: [
      ["value too long for type character varying(50)", "HTTP 401: Unauthorized", "HTTP 429", "no such column: a"],
      ["Required fields are missing: [LastName]", "INVALID_LOGIN: user locked out", "daily limit", "no such table: b"],
      ["Invalid value for entity", "token has expired", "quota exceeded", 'relation "c" does not exist'],
    ].map((messages, index) => {
      const alone = messages.map((message) => crm("", message, ["04:00", "05:00", "06:00"]));
      return { ...alone[0]!, source: `crm${index}`, failures: alone.flatMap(({ failures }) => failures), failed: 12 };
    }),
    messages: [],
  },
  {
    name: "a login of the same words",
    crms: ["a", "b", "c"].map((source) =>
      crm(source, 'password authentication failed for user "sync"', ["04:00", "05:00"]),
    ),
    messages: [
      expect.stringMatching(/^One cause for 3 CRMs \(a, b, c\): they failed with authentication errors/) as never,
    ],
  },
  {
    name: "a certificate is each server's own",
    crms: [
      crm("a", refused, ["04:10", "04:11"]),
      crm("b", "certificate verify failed: certificate has expired", ["04:10", "04:11"]),
    ],
    messages: [],
  },
  {
    name: "what failed before the other began to fail, without a success since",
    crms: [
      crm("a", refused, EACH_MINUTE, true, Date.parse("2026-07-07T00:00:00Z")),
      crm("b", refused, EACH_MINUTE.slice(180), true, Date.parse("2026-07-10T04:58:00Z")),
      crm("c", refused, EACH_MINUTE.slice(181), true, Date.parse("2026-07-10T04:57:00Z")),
    ],
    messages: [expect.stringMatching(/^One cause for 2 CRMs \(b, c\): .* from 05:00 to 07:00/) as never],
  },
  {
    name: "what failed less than an hour before the other's last success",
    crms: [
      crm("a", refused, EACH_MINUTE, true, null),
      crm("b", refused, EACH_MINUTE.slice(60), true, Date.parse("2026-07-10T02:59:00Z")),
    ],
    messages: [expect.stringMatching(/^One cause for 2 CRMs \(a, b\): .* from 02:00 to 07:00/) as never],
  },
  {
    name: "no message, or one that tells nothing, is not the same message",
    crms: BY_CHANCE.map((times, n) => crmOf("abc"[n] ?? "", [null, "Sync failed"], times)),
    messages: [],
  },
  {
    name: "without a message, where each failed only then",
    crms: ["a", "b", "c"].map((source) => crm(source, null, ["04:10"])),
    messages: ["One cause for 3 CRMs (a, b, c): they failed alike from 04:10 to 04:11, over now"],
  },
  {
    name: "runs that all end on the half hour fail together by chance, two in one of them",
    crms: BY_CHANCE.map((times, n) => crmOf("abc"[n] ?? "", [`${REFUSALS[n]}`], times)),
    messages: [],
  },
  {
    name: "as many that end at any minute do not",
    crms: BY_CHANCE.map((times, n) =>
      crmOf(
        "abc"[n] ?? "",
        [`${REFUSALS[n]}`],
        times.map((time, k) =>
          time === "16:00" ? time : `${time.slice(0, 3)}${String((k * 13 + n * 5) % 60).padStart(2, "0")}`,
        ),
      ),
    ),
    messages: [expect.stringMatching(/^One cause for 3 CRMs \(a, b, c\).* from 16:00 to 16:01/) as never],
  },
  {
    name: "three of twelve that fail now and then",
    crms: Array.from("abcdefghijkl").map((source, n) => crm(source, `${REFUSALS[n % 3]}`, listTimes(n))),
    messages: [],
  },
  {
    name: "the same three of three",
    crms: ["a", "b", "c"].map((source, n) => crm(source, `${REFUSALS[n % 3]}`, listTimes(n))),
    messages: [expect.stringMatching(/^One cause for 3 CRMs \(a, b, c\).* from 16:00 to 16:01/) as never],
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
    severity: "warning",
    evidence: {
      sources: ["a", "b"],
      family: "connection",
      from: "2026-07-10T04:10:00Z",
      to: "2026-07-10T04:12:00Z",
      times: 1,
      over: true,
    },
  });
  expect(JSON.stringify(finding)).not.toContain("canary");
});

describe("a cause whose rules have succeeded goes on until nothing of it has failed for half an hour", () => {
  const long = ["04:10", "04:11", "04:12", "04:13"];
  test.each<{ name: string; times: string[]; over: boolean }>([
    { name: "to the window's end", times: ["20:58", "20:59"], over: false },
    { name: "for half an hour", times: ["20:28", "20:29"], over: false },
    { name: "for more", times: ["20:27", "20:28"], over: true },
    { name: "a longer time before, and one just now", times: [...long, "20:50", "20:51"], over: false },
    { name: "two times, both long ago", times: [...long, "12:00", "12:01"], over: true },
  ])("$name: over $over", ({ times, over }) => {
    const [finding] = findSharedCauses([crm("a", refused, times), crm("b", refused, times)], WINDOW);
    expect([finding?.evidence["over"], finding?.severity]).toEqual([over, over ? "warning" : "critical"]);
    expect(finding?.message.includes(", over now: ")).toBe(over);
  });
});

test("a cause is not over before many failures of it are in each CRM's own report", () => {
  const times = ["20:00", "20:01", "20:02"];
  const of = (source: string, notOver: string[] = []) => ({ ...crm(source, refused, times), notOver });
  const tell = (...crms: CrmFailures[]) => {
    const [finding] = findSharedCauses(crms, WINDOW);
    return [finding?.severity, finding?.evidence["over"], /, (over|not)[^:]*/.exec(finding?.message ?? "")?.[0]];
  };
  expect(tell(of("a"), of("b"))).toEqual(["warning", true, ", over now"]);
  expect(tell(of("a"), of("b", [refused]))).toEqual(["critical", false, ", not known to be over"]);
  expect(tell(of("a"), of("b", ["HTTP 429"]))).toEqual(["warning", true, ", over now"]);
  expect(tell(of("a"), of("b"), of("c", [refused]))).toEqual(["critical", false, ", not known to be over"]);
});

describe("a cause goes on until something of each CRM that failed so has succeeded", () => {
  const rare = ["12:10", "13:10", "14:10"];
  type Case = { name: string; crms: CrmFailures[]; over: boolean; waiting: string[]; words: string };
  test.each<Case>([
    {
      name: "nothing has: it is one time from its first failure on",
      crms: ["a", "b", "c"].map((source) => crm(source, refused, rare, true, at("11:11") * 60_000)),
      over: false,
      waiting: ["a", "b", "c"],
      words: "from 12:10 to 14:11, and none of them has succeeded since: ",
    },
    {
      name: "no success is known at all",
      crms: ["a", "b", "c"].map((source) => crm(source, refused, ["02:00"], true, null)),
      over: false,
      waiting: ["a", "b", "c"],
      words: "from 02:00 to 02:01, and none of them has succeeded since: ",
    },
    {
      name: "one of the three has not",
      crms: [
        crm("a", refused, rare, true, at("15:11") * 60_000),
        crm("b", refused, rare, true, at("15:11") * 60_000),
        crm("c", refused, rare, true, at("11:11") * 60_000),
      ],
      over: false,
      waiting: ["c"],
      words: "from 12:10 to 12:11, and so 2 more times, and nothing of c has succeeded since: ",
    },
    {
      name: "all have",
      crms: ["a", "b", "c"].map((source) => crm(source, refused, rare, true, at("15:11") * 60_000)),
      over: true,
      waiting: [],
      words: "from 12:10 to 12:11, and so 2 more times, over now: ",
    },
    {
      name: "between its times all have, and not since",
      crms: ["a", "b", "c"].map((source) => crm(source, refused, rare, true, at("12:40") * 60_000)),
      over: false,
      waiting: ["a", "b", "c"],
      words: "from 13:10 to 14:11, and none of them has succeeded since: ",
    },
    {
      name: "what failed is disabled in one of them",
      crms: [
        ...["a", "b"].map((source) => crm(source, refused, rare, true, at("15:11") * 60_000)),
        { ...crm("c", refused, rare, true, null), idle: new Set(["r"]) },
      ],
      over: true,
      waiting: [],
      words: ", over now: ",
    },
    {
      name: "another rule of the CRM, which did not fail so, does not count",
      crms: ["a", "b", "c"].map((source) => {
        const made = crm(source, refused, rare, true, at("11:11") * 60_000);
        return {
          ...made,
          rules: [...made.rules, { rule: "other", lastSuccessMs: WINDOW.endMs, runs: EVERY_FIVE_MINUTES }],
        };
      }),
      over: false,
      waiting: ["a", "b", "c"],
      words: "and none of them has succeeded since: ",
    },
    {
      name: "but for a rule of which no success was ever known",
      crms: ["a", "b", "c"].map((source) => {
        const made = crm(source, refused, rare, true, null);
        return {
          ...made,
          rules: [...made.rules, { rule: "other", lastSuccessMs: WINDOW.endMs, runs: EVERY_FIVE_MINUTES }],
        };
      }),
      over: true,
      waiting: [],
      words: ", over now: ",
    },
  ])("$name", ({ crms, over, waiting, words }) => {
    const [finding] = findSharedCauses(crms, WINDOW);
    expect(finding).toMatchObject({
      severity: over ? "warning" : "critical",
      message: expect.stringContaining(words) as never,
      evidence: { sources: ["a", "b", "c"], over, without_success: waiting },
    });
  });
});

describe("of rules that run each quarter of an hour", () => {
  const quarterly = (source: string, times: string[]) => {
    const made = crm(source, refused, times);
    return { ...made, rules: made.rules.map((rule) => ({ ...rule, runs: EVERY_QUARTER })) };
  };

  test("of two CRMs four failures in a row, one minute each, are one time; two by chance are none", () => {
    const told = (times: string[], own: string[][] = [[], []]) =>
      findSharedCauses(
        ["a", "b"].map((source, index) => quarterly(source, [...times, ...(own[index] ?? [])])),
        WINDOW,
      ).map(({ message }) => message);
    expect(told(["04:00", "04:15", "04:30", "04:45"])).toEqual([
      expect.stringMatching(/^One cause for 2 CRMs \(a, b\): .* from 04:00 to 04:46, over now: /),
    ]);
    expect(told(["04:00", "04:45"])).toEqual([]);
    const others = [
      ["00:00", "02:15", "07:30", "10:45", "13:00", "16:30"],
      ["01:30", "06:00", "09:15", "11:45", "15:30", "18:00"],
    ];
    expect(told(["04:00", "04:15"], others)).toEqual([]);
  });

  test.each([
    {
      name: "four failures in a row are one time",
      minutes: ["00", "15", "30", "45"],
      told: "from 04:00 to 04:46, over",
    },
    {
      name: "a run between two failures parts them",
      minutes: ["00", "30"],
      told: "from 04:00 to 04:01, and so 1 more time, over",
    },
  ])("$name", ({ minutes, told }) => {
    const crms = ["a", "b", "c"].map((source) =>
      quarterly(
        source,
        minutes.map((minute) => `04:${minute}`),
      ),
    );
    expect(findSharedCauses(crms, WINDOW)[0]?.message).toContain(told);
  });
});

test("on another day than the window's end, the day is told", () => {
  const before = (source: string) => {
    const made = crm(source, refused, ["00:10", "00:11"]);
    return { ...made, failures: made.failures.map((one) => ({ ...one, minutes: one.minutes.map((m) => m - 120) })) };
  };
  const [finding] = findSharedCauses([before("a"), before("b")], WINDOW);
  expect(finding?.message).toStartWith(
    "One cause for 2 CRMs (a, b): they failed with connection errors from 9 Jul 22:10 to 9 Jul 22:12, over now: ",
  );
});
