/** What `check` found, in a terminal. */
import type { CheckDocument, CheckStatus } from "../../check/schema.ts";
import { formatPlural } from "../../text/figures.ts";
import { createStyle, finish, type Tone } from "./style.ts";
import { hang } from "./hang.ts";
import type { View } from "../view.ts";
import { showText } from "../../text/terminal.ts";

const TONES: Record<CheckStatus, Tone> = { ok: "good", warn: "doubtful", error: "bad" };
const SIGNS: Record<CheckStatus, string> = { ok: "✓ ok   ", warn: "! warn ", error: "✗ error" };
const LABEL_WIDTH = 22;

export function renderCheck(documents: CheckDocument[], view: View): string {
  const style = createStyle(view.color);
  const sections = documents.map(({ source, place, items }) => [
    `${style.strong(showText(source))} · ${style.faint(showText(place))}`,
    ...items.flatMap(({ id, status, message, advice }) => [
      ...hang(`${style[TONES[status]](SIGNS[status])} ${id.padEnd(14)}`, showText(message), LABEL_WIDTH, view.width),
      ...(advice === null ? [] : hang("", style.faint(`→ ${showText(advice)}`), LABEL_WIDTH, view.width)),
    ]),
  ]);
  const count = (wanted: CheckStatus) => documents.filter(({ status }) => status === wanted).length;
  const closing = `${formatPlural(documents.length, "CRM")} checked: ${count("ok")} ok, ${count("warn")} with warnings, ${count("error")} with errors`;
  return finish(`${[...sections, [closing]].map((lines) => lines.join("\n")).join("\n\n")}\n`, view);
}
