/** What a judgement is made of. */
import type { CheckItem } from "./schema.ts";

export type CheckContext = {
  nowMs: number;
  windowDays: number;
  analyzed: boolean;
  /** The crm_source of every configured CRM, and this one's. */
  configuredSources: string[];
  source: string;
  /** Its name in the configuration. */
  crm: string;
  /** Tables that other CRMs read, as SQL writes them. */
  tablesOfOthers: string[];
};

/** An item of the check before it is filled up with what it does not say. */
export type Judged = Omit<CheckItem, "id" | "advice" | "evidence"> & Partial<Pick<CheckItem, "advice" | "evidence">>;

/** Items under the name that they have in common. */
export type Judgement = [id: CheckItem["id"], items: Judged[]];
