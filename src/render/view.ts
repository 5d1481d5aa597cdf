/**
 * `file`: `repeat` names it. `store`: `word` as it was typed, such as `latest`; the `ids` of the reports, by CRM.
 */
type Origin = { kind: "file" } | { kind: "store"; word: string; ids: Record<string, string> };

/** How a pass is to be shown. */
export type View = {
  color: boolean;
  /** The terminal shows ASCII alone. */
  ascii: boolean;
  /** Columns of the terminal. */
  width: number;
  /** Lines of the terminal; null: what is shown may be of any length. */
  rows: number | null;
  /** A section for each CRM, below the line about it. */
  sections: boolean;
  /** In the sections also each rule's figures and the newest actions. */
  detailed: boolean;
  /** IANA name of the zone whose times are shown beside UTC; null: none. */
  timezone: string | null;
  /** The flags that a further command needs to be about the same, such as ` --config c.toml`; empty: none. */
  repeat: { config: string; window: string };
  /** How what was made before is found again; null: it was read just now. */
  origin: Origin | null;
  /** Metrics of single rules too. */
  perRule: boolean;
  elapsedSeconds: number;
};

export const FORMATS = ["table", "json"] as const;
export type Format = (typeof FORMATS)[number];

/** In which a whole pass can be printed. */
export const PASS_FORMATS = [...FORMATS, "findings", "openmetrics"] as const;
export type PassFormat = (typeof PASS_FORMATS)[number];
