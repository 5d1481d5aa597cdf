/** What is known of the CRMs' pasts, before their reports are made: unpacked one by one, and dropped. */
import { expect, test } from "bun:test";
import { recallPasts } from "../src/recall.ts";
import type { Kept } from "../src/store/memory/read.ts";
import { crmConfig, WINDOW } from "./making/reports.ts";
import { silent } from "./making/logs.ts";

const CRMS = ["a", "b", "new"].map((name) => crmConfig("sqlite:w.db", {}, name));

test("each CRM's past is unpacked when its report is made, and what the operator said of its rules stays", async () => {
  const unpacked: string[] = [];
  const keep = (source: string): [string, Kept] => [
    source,
    {
      covered: [],
      ignored: [[7, 9]],
      disabled: [],
      retired: [{ rule: "over", sinceMs: 5 }],
      unpack: () => {
        unpacked.push(source);
        return { past: { covered: [[1, 2]], rules: [] }, unreadable: 0 };
      },
    },
  ];
  const readMemory = async () => new Map([keep("a"), keep("b")]);
  const { takePast, settingsOf } = await recallPasts({ crms: CRMS, window: WINDOW, readMemory, log: silent });
  expect(unpacked).toEqual([]);
  expect(CRMS.map((crm) => takePast(crm)?.covered ?? null)).toEqual([[[1, 2]], [[1, 2]], null]);
  expect(unpacked).toEqual(["a", "b"]);
  expect(CRMS.map((crm) => settingsOf(crm).retiredRules)).toEqual([
    [{ rule: "over", sinceMs: 5 }],
    [{ rule: "over", sinceMs: 5 }],
    [],
  ]);
  expect(CRMS.map((crm) => settingsOf(crm).ignoredHours)).toEqual([[[7, 9]], [[7, 9]], []]);
});

const END_HOUR = WINDOW.endMs / 3_600_000;
/** Both windows are a day long. */
const TOLD_FROM = END_HOUR - 48;
const READ_FROM = END_HOUR - 120 * 24;

test.each<{ name: string; covered: Kept["covered"]; fromHour: number | null }>([
  { name: "nothing is known", covered: [], fromHour: null },
  { name: "120 days up to what the warehouse tells", covered: [[READ_FROM, TOLD_FROM]], fromHour: READ_FROM },
  { name: "into the windows", covered: [[READ_FROM + 1, END_HOUR]], fromHour: READ_FROM + 1 },
  { name: "an hour before the windows is not known", covered: [[READ_FROM, TOLD_FROM - 1]], fromHour: null },
  { name: "the windows' hours alone", covered: [[TOLD_FROM, END_HOUR]], fromHour: TOLD_FROM },
  {
    name: "there is a hole",
    covered: [
      [READ_FROM, READ_FROM + 50],
      [READ_FROM + 51, END_HOUR],
    ],
    fromHour: READ_FROM + 51,
  },
])("since when the past is known: $name", async ({ covered, fromHour }) => {
  const kept: Kept = {
    covered,
    ignored: [],
    retired: [],
    disabled: [],
    unpack: () => ({ past: { covered, rules: [] }, unreadable: 0 }),
  };
  const readMemory = async () => new Map([["a", kept]]);
  const recalled = await recallPasts({ crms: CRMS, window: WINDOW, readMemory, log: silent });
  const fromMs = fromHour === null ? null : fromHour * 3_600_000;
  expect(CRMS.map((crm) => recalled.knownFromMs(crm))).toEqual([fromMs, null, null]);
  const long = { startMs: WINDOW.endMs - 8 * 7 * 86_400_000, endMs: WINDOW.endMs };
  const ofLong = await recallPasts({ crms: CRMS, window: long, readMemory, log: silent });
  expect(ofLong.knownFromMs(CRMS[0]!)).toBeNull();
});
