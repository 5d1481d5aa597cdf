/** The script, the style and the signs of the browser's tab: part of the executable, each under a name of its own content. */
import type { Verdict } from "../report/words.ts";

type Asset = { name: string; type: string; text: string };

export type Assets = { script: Asset; style: Asset; icons: Record<Verdict, Asset>; byName: Map<string, Asset> };

let loading: Promise<Assets> | null = null;

/** Loaded with the first page: whoever looks at no page has no use for them. */
export async function loadAssets(): Promise<Assets> {
  loading ??= load();
  return await loading;
}

async function load(): Promise<Assets> {
  const { BUNDLED } = await import("./bundled.ts");
  const script = nameAsset("dashboard", "js", "text/javascript; charset=utf-8", BUNDLED.script);
  const style = nameAsset("dashboard", "css", "text/css; charset=utf-8", BUNDLED.style);
  const icons = {
    critical: drawIcon("critical", "#b42318", "M10 10l12 12M22 10L10 22"),
    warning: drawIcon("warning", "#8a5300", "M16 8v10M16 23v1"),
    ok: drawIcon("ok", "#5b5b55", "M9 17l5 5 9-12"),
    unknown: drawIcon("unknown", "#8a8a82", "M12 12a4 4 0 1 1 5 4q-1 .5-1 3M16 23v1"),
  };
  const all = [script, style, ...Object.values(icons)];
  return { script, style, icons, byName: new Map(all.map((asset) => [asset.name, asset])) };
}

/** Another text has another name, so that a browser may keep it for ever. */
function nameAsset(name: string, suffix: string, type: string, text: string): Asset {
  const digest = new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);
  return { name: `${name}-${digest}.${suffix}`, type, text };
}

function drawIcon(name: string, color: string, path: string): Asset {
  const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${color}"/><path d="${path}" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return nameAsset(name, "svg", "image/svg+xml", text);
}
