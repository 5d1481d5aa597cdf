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
      stop: null,
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
});
