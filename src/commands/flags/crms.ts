/** Which CRMs a command is about, from its flags and the configuration they name. */
import type { ArgsDef } from "citty";
import { parseDuration } from "../../time/duration.ts";
import { suggestName } from "../../config/nearest.ts";
import { MAX_CONCURRENCY, type Config, type CrmConfig } from "../../config/schema.ts";
import { TIMEOUT_LIMITS } from "../../config/sections/crm.ts";
import { RESERVED_NAME } from "../../config/sections/fields.ts";
import { AppError } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import type { Log } from "../../log.ts";
import { loadConfigured } from "./configuration.ts";
import { CONFIG_FLAG } from "./flags.ts";
import type { Runtime } from "./runtime.ts";

export const CRM_FLAGS = {
  ...CONFIG_FLAG,
  crm: { type: "string", valueHint: "a,b", description: "which CRMs; all of the configuration by default" },
  timeout: { type: "string", valueHint: "30s", description: "for the reading of each CRM" },
  concurrency: { type: "string", valueHint: "4", description: "how many CRMs are read at once" },
} satisfies ArgsDef;

type CrmFlags = { [Name in keyof typeof CRM_FLAGS]?: string | undefined };

export type Chosen = {
  config: Config;
  /** In the configuration's order, with the flags laid over them. */
  crms: CrmConfig[];
};

/** Loads the configuration. From then on the log hides its secrets. */
export async function loadChosen(flags: CrmFlags, runtime: Runtime, log: Log): Promise<Chosen> {
  if (flags.timeout !== undefined) readTimeout(flags.timeout);
  const concurrency = flags.concurrency === undefined ? null : readConcurrency(flags.concurrency);
  const config = await loadConfigured(flags, runtime, log);
  const crms = withTimeout(chooseCrms(flags.crm, config.crms), flags.timeout);
  return { config: { ...config, concurrency: concurrency ?? config.concurrency }, crms };
}

/** The CRMs with the flag's limit for their reading, where it is given. */
export function withTimeout(crms: CrmConfig[], flag: string | undefined): CrmConfig[] {
  const timeoutMs = flag === undefined ? null : readTimeout(flag);
  return crms.map((crm) => (timeoutMs === null ? crm : { ...crm, timeoutMs }));
}

/** The configured CRMs that `--crm` names, in the configuration's order. */
export function chooseCrms(flag: string | undefined, crms: CrmConfig[]): CrmConfig[] {
  if (flag === undefined || flag === RESERVED_NAME) return crms;
  const wanted = flag.split(",").map((name) => name.trim());
  const known = crms.map(({ name }) => name);
  for (const [index, name] of wanted.entries()) {
    const shown = quoteTyped(name);
    if (name === RESERVED_NAME) throw new AppError("usage", `--crm: ${RESERVED_NAME} stands alone, or name the CRMs`);
    if (name === "") throw new AppError("usage", "--crm: a name is missing; write --crm a,b");
    if (!known.includes(name))
      throw new AppError("usage", `--crm: ${shown} is not configured: ${suggestName(name, known)}`);
    if (wanted.indexOf(name) !== index) throw new AppError("usage", `--crm: ${shown} is named twice`);
  }
  return crms.filter(({ name }) => wanted.includes(name));
}

/** Milliseconds; a bare number is seconds. */
export function readTimeout(text: string): number {
  const ms = parseDuration(text, 1000) ?? Number.NaN;
  if (ms >= TIMEOUT_LIMITS.minMs && ms <= TIMEOUT_LIMITS.maxMs) return Math.round(ms);
  throw new AppError(
    "usage",
    `--timeout ${quoteTyped(text)}: write seconds or a duration (${TIMEOUT_LIMITS.says}), such as 30s`,
  );
}

export function readConcurrency(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MAX_CONCURRENCY) return value;
  throw new AppError("usage", `--concurrency ${quoteTyped(text)}: write a whole number from 1 to ${MAX_CONCURRENCY}`);
}
