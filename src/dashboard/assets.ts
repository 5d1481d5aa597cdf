/** The script, the style and the signs of the browser's tab: part of the executable, each under a name of its own content. */
import type { Verdict } from "../report/words.ts";
import { bundleDashboard } from "./bundle.ts" with { type: "macro" };

const BUNDLE: { script: string; style: string } = await bundleDashboard();

export type Asset = { name: string; type: string; text: string };

const ICONS: Record<Verdict, string> = {
  critical: drawIcon("#b42318", "M10 10l12 12M22 10L10 22"),
  warning: drawIcon("#8a5300", "M16 8v10M16 23v1"),
  ok: drawIcon("#5b5b55", "M9 17l5 5 9-12"),
  unknown: drawIcon("#8a8a82", "M12 12a4 4 0 1 1 5 4q-1 .5-1 3M16 23v1"),
};

export const SCRIPT: Asset = { name: nameAsset("dashboard", "js", BUNDLE.script), type: "text/javascript; charset=utf-8", text: BUNDLE.script };
export const STYLE: Asset = { name: nameAsset("dashboard", "css", BUNDLE.style), type: "text/css; charset=utf-8", text: BUNDLE.style };

export function iconOf(verdict: Verdict): Asset {
  const text = ICONS[verdict];
  return { name: nameAsset(verdict, "svg", text), type: "image/svg+xml", text };
}

/** By name. */
export const ASSETS = new Map(
  [SCRIPT, STYLE, ...(Object.keys(ICONS) as Verdict[]).map(iconOf)].map((asset) => [asset.name, asset]),
);

/** Another text has another name, so that a browser may keep it for ever. */
function nameAsset(name: string, suffix: string, text: string): string {
  return `${name}-${new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12)}.${suffix}`;
}

function drawIcon(color: string, path: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${color}"/><path d="${path}" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
}
