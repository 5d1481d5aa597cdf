/** What a browser has to load, and that it is what was promised. */
import { expect, test } from "bun:test";
import { loadAssets } from "../../src/dashboard/assets.ts";

const MOST_BYTES = 70 * 1024;

test("script and style together are at most 70 KB gzipped", async () => {
  const { script, style } = await loadAssets();
  const bytes = [script, style].map(({ text }) => Bun.gzipSync(text).length);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
  // Both are there at all.
  expect(Math.min(...bytes)).toBeGreaterThan(1000);
});

test("nothing of them names another host, runs text as code or tells where it was built", async () => {
  const { byName } = await loadAssets();
  for (const { text } of byName.values()) {
    expect(text.replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, "")).not.toMatch(
      /https?:\/\/|\beval\(|new Function|@import/,
    );
    expect(text).not.toContain(process.cwd());
  }
});

test("a name tells the content: another text has another one", async () => {
  const { script, style, icons } = await loadAssets();
  const names = [script, style, ...Object.values(icons)].map(({ name }) => name);
  expect(new Set(names).size).toBe(6);
  for (const name of names) expect(name).toMatch(/^[a-z]+-[0-9a-f]{12}\.(js|css|svg)$/);
});
