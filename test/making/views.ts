/** How a pass is to be shown, with one override where a test needs another fact. */
import type { View } from "../../src/render/view.ts";

export function viewOf(override: Partial<View> = {}): View {
  return {
    color: false,
    ascii: false,
    width: 120,
    rows: null,
    sections: false,
    detailed: false,
    timezone: null,
    repeat: { config: "", window: "" },
    origin: null,
    perRule: false,
    elapsedSeconds: 0.09,
    ...override,
  };
}
