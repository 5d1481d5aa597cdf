/** What `check` found, for a terminal: of one CRM everything, of several what is not well, the worst last. */
import type { CheckDocument, CheckItem, CheckStatus } from "../../check/schema.ts";
import { formatCount, formatPlural, listNames } from "../../text/figures.ts";
import { createStyle, finish, type Style, type Tone } from "./style.ts";
import { hang } from "./hang.ts";
import type { View } from "../view.ts";
import { showText } from "../../text/terminal.ts";

const TONES: Record<CheckStatus, Tone> = { ok: "good", warn: "doubtful", error: "bad" };
const SIGNS: Record<CheckStatus, string> = { ok: "✓ ok   ", warn: "! warn ", error: "✗ error" };
/** The worst last: that is where the eye is when the command has ended. */
const ORDER: CheckStatus[] = ["ok", "warn", "error"];
/** Facts of the server, which are the same for all CRMs that live there. */
const OF_THE_SERVER: CheckItem["id"][] = ["server", "tls", "clock", "rights"];
const LABEL_WIDTH = 22;

/** `all`: with what is well, also where there are several CRMs. */
export function renderCheck(documents: CheckDocument[], all: boolean, view: View): string {
  const style = createStyle(view.color);
  const sorted = documents.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  const [only] = documents;
  const blocks =
    documents.length === 1 && only !== undefined
      ? [renderCrm(only, only.items, style, view)]
      : all
        ? renderEverything(sorted, style, view)
        : renderTroubles(sorted, style, view);
  return finish(`${[...blocks, describeAll(documents, view)].map((lines) => lines.join("\n")).join("\n\n")}\n`, view);
}

/** What is true of a server is said at the first CRM that lives there. */
function renderEverything(documents: CheckDocument[], style: Style, view: View): string[][] {
  const said = new Set<string>();
  return documents.map((document) => {
    const items = document.items.filter(({ id, message }) => {
      const key = JSON.stringify([document.place, id, message]);
      if (!OF_THE_SERVER.includes(id)) return true;
      if (said.has(key)) return false;
      said.add(key);
      return true;
    });
    return renderCrm(document, items, style, view);
  });
}

/** Those that are well share one line. */
function renderTroubles(documents: CheckDocument[], style: Style, view: View): string[][] {
  const well = documents.filter(({ status }) => status === "ok").map(({ source }) => showText(source));
  const shared =
    well.length === 0 ? [] : [hang(style.good(SIGNS.ok), well.join(", "), Bun.stringWidth(SIGNS.ok), view.width)];
  const troubled = documents.filter(({ status }) => status !== "ok");
  return [
    ...shared,
    ...troubled.map((document) => {
      const items = document.items.filter(({ status }) => status !== "ok");
      return renderCrm(document, items, style, view);
    }),
  ];
}

function renderCrm({ source, place }: CheckDocument, items: CheckItem[], style: Style, { width }: View): string[] {
  return [
    `${style.strong(showText(source))} · ${style.faint(showText(place))}`,
    ...items.flatMap(({ id, status, message, advice }) => [
      ...hang(`${style[TONES[status]](SIGNS[status])} ${id.padEnd(14)}`, showText(message), LABEL_WIDTH, width),
      ...(advice === null ? [] : hang("", style.faint(`→ ${showText(advice)}`), LABEL_WIDTH, width)),
    ]),
  ];
}

/** Such as `3 CRMs checked: 1 ok, 1 with warnings (arrivy), 1 with errors (genius)`. */
function describeAll(documents: CheckDocument[], { width }: View): string[] {
  const describe = (wanted: CheckStatus, words: string) => {
    const names = documents.filter(({ status }) => status === wanted).map(({ source }) => showText(source));
    const named = names.length === 0 || wanted === "ok" ? "" : ` (${listNames(names)})`;
    return `${formatCount(names.length)} ${words}${named}`;
  };
  const counts = [describe("ok", "ok"), describe("warn", "with warnings"), describe("error", "with errors")];
  return [
    Bun.wrapAnsi(`${formatPlural(documents.length, "CRM")} checked: ${counts.join(", ")}`, width, { trim: true }),
  ];
}
