/** A page as HTML: whole, with the data it was made from, so that the browser's script goes on where the server ended. */
import { renderToString } from "preact-render-to-string";
import { Page } from "./page.tsx";
import type { PageView } from "./view.ts";

/** Addresses of the script and the style. */
export type AssetPlaces = { script: string; style: string };

export function renderPage(view: PageView, { script, style }: AssetPlaces): string {
  return `<!doctype html>${renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{view.title}</title>
        <link rel="icon" href={view.icon} />
        <link rel="stylesheet" href={style} />
        <script src={script} defer />
      </head>
      <body>
        <div id="page">
          <Page view={view} />
        </div>
        <script id="view" type="application/json" dangerouslySetInnerHTML={{ __html: writeData(view) }} />
      </body>
    </html>,
  )}`;
}

/** JSON that ends no element and begins no comment, whatever a database says. */
function writeData(view: PageView): string {
  return JSON.stringify(view)
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}
