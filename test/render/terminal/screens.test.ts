/** Whole screens of prepared situations, kept as text. With AR_UPDATE_SCREENS=1 they are written: look at each one then. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { renderPass } from "../../../src/render/terminal/pass.ts";
import { SITUATIONS } from "../../making/situations.ts";
import { viewOf } from "../../making/views.ts";

const DIRECTORY = join(import.meta.dir, "screens");
const UPDATING = process.env["AR_UPDATE_SCREENS"] === "1";

/** `lines`: of a terminal; what is piped has no end. */
const SCREENS = [
  { screen: "80x24", width: 80, color: true, ascii: false },
  { screen: "120x40", width: 120, color: true, ascii: false },
  { screen: "160x50", width: 160, color: true, ascii: false },
  { screen: "piped", width: 160, color: false, ascii: false },
  { screen: "ascii", width: 80, color: false, ascii: true },
];

describe.each(SITUATIONS)("$name", ({ name, pass, reports }) => {
  test.each(SCREENS)("$screen", async ({ screen, width, color, ascii }) => {
    // One CRM alone is what `--crm` chooses.
    const view = viewOf({ width, color, ascii, sections: pass.outcomes.length === 1 });
    const shown = Bun.stripANSI(renderPass(pass, reports, view));
    const file = Bun.file(join(DIRECTORY, `${name}-${screen}.txt`));
    if (UPDATING) await file.write(shown);
    expect(shown).toBe(await file.text());
    expect(shown.split("\n").filter((line) => Bun.stringWidth(line) > width)).toEqual([]);
  });
});
