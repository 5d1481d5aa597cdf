/** The browser's script and style as text. Bun runs the macro while it builds this file. */
import { bundleDashboard } from "./bundle.ts" with { type: "macro" };

export const BUNDLED: { script: string; style: string } = bundleDashboard();
