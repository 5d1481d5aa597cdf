/** Whatever text comes from outside: nothing in it acts on a terminal, and JSON gives it back as it was. */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { createRedactor } from "../../src/text/redact.ts";
import { parseDuration } from "../../src/time/duration.ts";
import { writeJson } from "../../src/text/json.ts";
import { cutText, showText } from "../../src/text/terminal.ts";
import { maskErrorMessage } from "../../src/report/errors/redact.ts";
import { draws } from "../making/draws.ts";

const ACTING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{DI}\u2800]/u;

/** UTF-16 units of any kind, halves of characters too, and what a terminal would obey. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom(
        "\ud83e",
        "\udd16",
        "\u001b[31m",
        "\u001b]0;x\u0007",
        "\u009b",
        "\u202e",
        "\u200d",
        "\ufeff",
        "\ufe0f",
        "\u{e0041}",
        "\0",
        "\r\n",
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

test("shown text holds nothing that acts, and is as it was where nothing did", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = showText(text);
      expect(shown).not.toMatch(ACTING);
      if (!ACTING.test(text)) expect(shown).toBe(text);
    }),
    draws(2000, 100_000),
  );
});

test("cut text fits, and holds nothing that acts where the text held none", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, width) => {
      const cut = cutText(showText(text), width);
      expect(Bun.stringWidth(cut)).toBeLessThanOrEqual(width);
      expect(cut).not.toMatch(ACTING);
    }),
    draws(2000, 100_000),
  );
});

test("a document survives being written as JSON, and the JSON holds nothing that acts", () => {
  const documents = fc.object({
    key: anyText,
    values: [
      anyText,
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
      fc.boolean(),
      fc.constant(null),
    ],
  });
  fc.assert(
    fc.property(documents, (document) => {
      const json = writeJson(document);
      expect(Bun.deepEquals(JSON.parse(json), document, true)).toBe(true);
      expect(json.replaceAll("\n", "")).not.toMatch(ACTING);
    }),
    draws(1000, 50_000),
  );
});

test("an error message is one line of at most 300 characters, and whole text stays whole", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        anyText.map((text) => text.repeat(30)),
      ),
      (text) => {
        const shown = maskErrorMessage(text);
        if (shown === null) return;
        expect(shown.length).toBeLessThanOrEqual(300);
        expect(shown).not.toMatch(/[\n\r]/);
        if (text.isWellFormed()) expect(shown.isWellFormed()).toBe(true);
      },
    ),
    draws(1000, 50_000),
  );
});

test("a secret is in no redacted text, however it is spelled there", () => {
  const secrets = fc.string({ unit: "grapheme", minLength: 8, maxLength: 20 }).map((text) => text.toWellFormed());
  fc.assert(
    fc.property(secrets, anyText, anyText, (secret, before, after) => {
      const redact = createRedactor([secret]);
      for (const spelling of [secret, encodeURIComponent(secret), btoa(String.fromCodePoint(...Buffer.from(secret)))]) {
        expect(redact(`${before}${spelling}${after}`)).not.toContain(spelling);
      }
    }),
    draws(500, 20_000),
  );
});

test("a duration is a number or none, never an exception", () => {
  const lengths = fc.oneof(
    anyText,
    fc
      .tuple(fc.oneof(fc.double(), fc.bigInt()), fc.constantFrom("", "ms", "s", " m", "h", "d", "w", "y", "Hours", "x"))
      .map(([n, unit]) => `${n}${unit}`),
    fc.nat(400).map((n) => "9".repeat(n)),
  );
  fc.assert(
    fc.property(lengths, (text) => {
      const ms = parseDuration(text, 1000);
      expect(ms === null || (typeof ms === "number" && !Number.isNaN(ms))).toBe(true);
    }),
    draws(2000, 100_000),
  );
});

test("a whole number with a unit is that many of them", () => {
  const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...Object.entries(units)), (n, [unit, ms]) => {
      expect(parseDuration(`${n}${unit}`, 1)).toBe(n * ms);
      expect(parseDuration(String(n), ms)).toBe(n * ms);
    }),
    draws(500, 20_000),
  );
});
