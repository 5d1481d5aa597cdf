import { expect, test } from "bun:test";
import { cutText } from "../../src/text/terminal.ts";

test.each([
  { text: "contacts", width: 8, cut: "contacts" },
  { text: "contacts", width: 5, cut: "cont…" },
  { text: "日本語", width: 6, cut: "日本語" },
  { text: "日本語", width: 5, cut: "日本…" },
  { text: "日本語", width: 4, cut: "日…" },
  { text: "abc", width: 1, cut: "…" },
  { text: "abc", width: 0, cut: "" },
])("$text in $width columns is $cut", ({ text, width, cut }) => {
  expect(cutText(text, width)).toBe(cut);
});
