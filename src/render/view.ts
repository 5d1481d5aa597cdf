/** How a pass is to be shown. */
export type View = {
  color: boolean;
  /** Columns of the terminal. */
  width: number;
  detailed: boolean;
  elapsedSeconds: number;
};

export const FORMATS = ["table", "json"] as const;
export type Format = (typeof FORMATS)[number];
