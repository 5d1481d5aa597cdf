/** Help topics in a terminal: wrapped, aligned, readable without colour. */
import { describe, expect, test } from "bun:test";
import { renderMarkdown } from "../../../src/render/terminal/markdown.ts";

const render = (page: string, width = 40) => renderMarkdown(page, { width, color: false, ascii: false }).split("\n");
/** Without the heading that stands above it and the blank line. */
const renderBelow = (page: string) => render(`## Heading\n\n${page}`).slice(2);

describe("without colour", () => {
  test.each<{ name: string; page: string; shown: string[] }>([
    { name: "a title is in capitals", page: "# Exit codes", shown: ["EXIT CODES", ""] },
    { name: "a heading is at the margin, text is not", page: "## One\n\ntwo", shown: ["One", "", "  two", ""] },
    { name: "text below a smaller heading is farther in", page: "### one\n\ntwo", shown: ["  one", "", "    two", ""] },
  ])("$name", ({ page, shown }) => {
    expect(render(page)).toEqual(shown);
  });

  test.each<{ name: string; page: string; shown: string[] }>([
    {
      name: "a paragraph is wrapped",
      page: "one two three four five\nsix seven eight nine ten",
      shown: ["  one two three four five six seven", "  eight nine ten", ""],
    },
    {
      name: "an item hangs",
      page: "- one two three four five six seven eight\n- nine",
      shown: ["  - one two three four five six seven", "    eight", "  - nine", ""],
    },
    {
      name: "a numbered item hangs too, and goes on to the next number",
      page: "9. one two three four five six\nseven eight\n10. nine\n11. ten",
      shown: ["   9. one two three four five six seven", "      eight", "  10. nine", "  11. ten", ""],
    },
    {
      name: "a year at the beginning of a line is no number of an item",
      page: "2026. It was late.",
      shown: ["  2026. It was late.", ""],
    },
    {
      name: "code is not wrapped, its blank lines are kept",
      page: "```sh\none two three four five six seven eight nine ten\n\n# eleven\n```",
      shown: ["    one two three four five six seven eight nine ten", "", "    # eleven", ""],
    },
    {
      name: "a table is aligned",
      page: "| a | long title |\n|---|---|\n| one two | x\\|y |\n| z | |",
      shown: ["  a        long title", "  ───────  ──────────", "  one two  x|y", "  z", ""],
    },
    {
      name: "the widest column of a table gives way",
      page: "| a | b |\n|---|---|\n| short | one two three four five six seven |",
      shown: ["  a      b", `  ─────  ${"─".repeat(31)}`, "  short  one two three four five six", "         seven", ""],
    },
    { name: "code in a sentence keeps its marks", page: "say `on`", shown: ["  say `on`", ""] },
    { name: "what is strong loses its marks", page: "**Late** runs", shown: ["  Late runs", ""] },
  ])("$name", ({ page, shown }) => {
    expect(renderBelow(page)).toEqual(shown);
  });

  test("no line is longer than 100 columns, however wide the terminal is", () => {
    expect(Math.max(...render("word ".repeat(100).trim(), 300).map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

test("with colour, headings and code are bold and code loses its marks", () => {
  expect(renderMarkdown("## One\n\nsay `on`", { width: 40, color: true, ascii: false })).toBe(
    "\u001b[1mOne\u001b[22m\n\n  say \u001b[1mon\u001b[22m\n",
  );
});
