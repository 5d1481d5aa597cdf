/** Requests to the API, a real value for each of its parameters, and what a hostile database may have left in the store. */
import type { MadePass } from "../../src/store/keep.ts";
import { activity, report } from "./activities.ts";
import { ruleOf } from "./rules.ts";
import { madePass } from "./stores.ts";

export type Init = { method?: string; headers?: Record<string, string>; body?: string };

type Asked = { status: number; type: string; text: string; headers: Headers };

export async function ask(address: string, init: Init = {}): Promise<Asked> {
  const response = await fetch(address, { redirect: "manual", ...init });
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    text: await response.text(),
    headers: response.headers,
  };
}

export function post(body: string, type = "application/json"): Init {
  return { method: "POST", headers: { "content-type": type }, body };
}

/** By the parameter's name; `pass`: a pass's id. */
export async function findValues(base: string): Promise<Record<string, string>> {
  const get = async (path: string): Promise<unknown> => JSON.parse((await ask(`${base}/api/v1${path}`)).text);
  const { reports } = (await get("/reports?crm=hubspot&origin=adhoc&limit=1")) as {
    reports: { id: string; pass_id: string }[];
  };
  const { errors } = (await get("/errors")) as { errors: { fingerprint: string }[] };
  const { schedules } = (await get("/schedules")) as { schedules: { name: string }[] };
  return {
    crm: "hubspot",
    rule: "deals",
    id: reports[0]?.id ?? "",
    pass: reports[0]?.pass_id ?? "",
    fingerprint: errors[0]?.fingerprint ?? "",
    metric: "success_ratio",
    schedule: schedules[0]?.name ?? "",
  };
}

/** Markup, a line's end, the other direction, half a character. */
export const HOSTILE = "<script>alert(1)</script>\"'&\n\u202egpj.exe\u0000\ud800 %s ${x} {{y}}";

/** A report of hubspot, of a window that is long ago: it is nowhere the newest. */
export function hostilePass(): MadePass {
  const { pass, reports } = madePass(["hubspot"], new Date().toISOString());
  const made = report(
    activity({ rules: [ruleOf(HOSTILE, { runs: "sff", everyMinutes: 60, error: `${HOSTILE} failed` })] }),
    { detailed: true },
  );
  return {
    pass,
    reports: reports.map(({ metadata: { pass_id, report_generated_at } }) => ({
      ...made,
      metadata: { ...made.metadata, pass_id, report_generated_at },
    })),
    seen: [],
  };
}
