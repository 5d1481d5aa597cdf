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

/** Those that are well share one line, and what is wrong alike with several is told once, with their names. */
function renderTroubles(documents: CheckDocument[], style: Style, view: View): string[][] {
  const well = documents.filter(({ status }) => status === "ok").map(({ source }) => showText(source));
  const shared =
    well.length === 0 ? [] : [hang(style.good(SIGNS.ok), well.join(", "), Bun.stringWidth(SIGNS.ok), view.width)];
  const blocks = groupTroubles(documents).map(({ sources, place, items }) =>
    renderCrm({ source: sources.join(", "), place }, items, style, view),
  );
  return [...shared, ...blocks];
}

type Trouble = { sources: string[]; place: string; items: CheckItem[] };

/** Each item once, with those that the same CRMs of one place have. The bad ones last. */
function groupTroubles(documents: CheckDocument[]): Trouble[] {
  const items = documents.flatMap(({ source, place, items: all }) =>
    all.filter(({ status }) => status !== "ok").map((item) => ({ source, place, item })),
  );
  const alike = Map.groupBy(items, ({ place, item: { id, status, message, advice } }) =>
    JSON.stringify([place, id, status, message, advice]),
  );
  const told = [...alike.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ ...first, sources: [...new Set(same.map(({ source }) => source))] }];
  });
  const blocks = Map.groupBy(told, ({ place, sources }) => JSON.stringify([place, sources]));
  const troubles = [...blocks.values()].flatMap((block): Trouble[] => {
    const [first] = block;
    return first === undefined ? [] : [{ ...first, items: block.map(({ item }) => item) }];
  });
  const worst = ({ items: own }: Trouble) => Math.max(...own.map(({ status }) => ORDER.indexOf(status)));
  return troubles.toSorted((a, b) => worst(a) - worst(b));
}

function renderCrm(
  { source, place }: Pick<CheckDocument, "source" | "place">,
  items: CheckItem[],
  style: Style,
  { width }: View,
): string[] {
  const head = `${style.strong(showText(source))} · ${style.faint(showText(place))}`;
  return [
    ...Bun.wrapAnsi(head, width, { trim: true }).split("\n"),
    ...items.flatMap(({ id, status, message, advice }) => [
      ...hang(`${style[TONES[status]](SIGNS[status])} ${id.padEnd(14)}`, showText(message), LABEL_WIDTH, width),
      ...(advice === null ? [] : layOutAdvice(advice, style, width)),
    ]),
  ];
}

/** Statements and settings within it stand from the first column on, as they are to be pasted. */
function layOutAdvice(advice: string, style: Style, width: number): string[] {
  let isSql = false;
  return advice.split("\n").flatMap((line, index) => {
    if (/^[a-z]+ = "/.test(line)) return [showText(line)];
    isSql ||= line.startsWith("CREATE VIEW ") || line.startsWith("GRANT ");
    if (!isSql) return hang("", style.faint(`${index === 0 ? "→ " : ""}${showText(line)}`), LABEL_WIDTH, width);
    isSql = !line.endsWith(";");
    return [showText(line)];
  });
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
