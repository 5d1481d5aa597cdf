/** A fresh pass on demand: however many ask, a warehouse sees one query for each CRM and length of window. */

/** What became of a request for fresh reports. */
export type Ticket = {
  id: string;
  crms: string[];
  windowMs: number;
  requestedMs: number;
} & (
  | { state: "pending" }
  /** The kept passes that hold the reports, or why a CRM could not be read. Several: some CRMs had been asked for before. */
  | { state: "done"; passIds: string[] }
  | { state: "failed"; reason: string }
);

export type Fresh = {
  /** Begins a pass over those of the CRMs that are not being read and were not read within `min_interval`. */
  request: (crms: string[], windowMs: number) => Promise<Ticket>;
  /** Null: not known, or too long ago. */
  find: (id: string) => Ticket | null;
};
