/** Names and messages of a database are text: none of them acts in a page, and every rule has a page of its own. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { CHROMIUM, closeBrowser, openPage, untilAlive } from "../../making/browser.ts";
import { daysOf, startLiving } from "../../making/living.ts";
import { killLaunched } from "../../making/scheduler.ts";
import { runCli } from "../../making/cli.ts";

afterEach(killLaunched);
afterAll(closeBrowser);

const NAMES = [
  "<img src=x onerror=alert(1)>",
  '"><script>document.title="hit"</script>',
  "</script><script>document.title='hit'</script>",
  "<!--<script>",
  "javascript:alert(1)",
  "../../etc/passwd",
  "..",
  "a/b?c=d&e#f%2e%00",
  "naïve 名前 \u{1f4a5}",
  "line\nbreak\u001b[31m\u202eright to left",
  "'; DROP TABLE rules; --",
  "x".repeat(300),
];

describe.skipIf(CHROMIUM === undefined)("hostile text", () => {
  test("in names and messages: shown as it is, in the pages and in their files", async () => {
    const served = await startLiving();
    for (const [index, rule] of NAMES.entries()) {
      served.record([
        ...daysOf({ rule, newest: 182 }),
        ...[122, 62].map((agoMinutes) => ({ rule, agoMinutes, status: "failed", error: `${index} ${rule}` })),
      ]);
    }
    await served.report();
    const { page, problems, close } = await openPage(`${served.url}/crms/hubspot`);
    await untilAlive(page);
    const rows = page.locator(".rules tbody th a");
    expect(await rows.count()).toBe(NAMES.length);
    const pages = [`${served.url}/`, ...(await hrefs(page.locator(".rules tbody th a"), served.url))];
    for (const address of pages) {
      await page.goto(address);
      await untilAlive(page);
      expect(await page.title()).not.toBe("hit");
      expect(await page.locator("main img, main script").count()).toBe(0);
      expect(await page.locator("h1").innerText()).not.toContain("no such");
    }
    const shown = await page.locator("body").innerText();
    expect(shown).not.toMatch(/[\u001b\u202e]/);
    expect(problems).toEqual([]);

    const made = await runCli(["export", "site", "site"], { cwd: served.cwd });
    expect(made.code, made.stderr).toBe(0);
    await page.goto(`file://${served.cwd}/site/crms/hubspot.html`);
    await untilAlive(page);
    const files = await hrefs(page.locator(".rules tbody th a"), `file://${served.cwd}/site/crms/hubspot.html`);
    expect(new Set(files).size).toBe(NAMES.length);
    for (const file of files) {
      await page.goto(file);
      expect(await page.locator("h1").innerText()).toContain("failing");
    }
    expect(problems).toEqual([]);
    await close();
  });
});

async function hrefs(links: import("playwright-core").Locator, from: string): Promise<string[]> {
  const all = await links.evaluateAll((found) => found.map((link) => link.getAttribute("href") ?? ""));
  return all.map((href: string) => new URL(href, from).href);
}
