/** Every page in a real browser: what it shows, on which screens, to whom, with and without a script. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { serveDemo, type Served } from "../../making/api-server.ts";
import { CHROMIUM, closeBrowser, openPage, untilAlive } from "../../making/browser.ts";
import { until } from "../../making/faults.ts";
import { killLaunched } from "../../making/scheduler.ts";

const PAGES = [
  "/",
  "/crms/genius",
  "/crms/hubspot?range=30d",
  "/crms/genius/rule?name=users",
  "/crms/hubspot/rule?name=invoices",
  "/reports",
  "/crms/nobody",
];

let served: Served;

beforeAll(async () => {
  if (CHROMIUM !== undefined) served = await serveDemo();
});
afterAll(async () => {
  await closeBrowser();
  killLaunched();
});

describe.skipIf(CHROMIUM === undefined)("the first screen", () => {
  test("the verdict, what first, and every CRM with the worst first stand above the fold", async () => {
    const { page, problems, close } = await openPage(served.base);
    expect(await page.locator("h1").innerText()).toContain("All 4 CRMs need attention");
    expect(await page.locator(".first").innerText()).toStartWith("First: genius users failed");
    const names = await page.locator(".crms tbody th").allInnerTexts();
    expect(names.map((name) => name.split("\n").at(-1)?.trim())).toEqual(["genius", "hubspot", "callrail", "arrivy"]);
    const bottom = await page.locator(".crms").evaluate((table) => table.getBoundingClientRect().bottom as number);
    expect(bottom).toBeLessThan(850);
    // A rate stands with how many runs it is of.
    expect(await page.locator(".crms .rate").first().innerText()).toMatch(/^\d+\.\d %\s+of \d+$/);
    expect(await page.locator(".crms svg").first().getAttribute("aria-label")).toMatch(/hours: \d+ runs, \d+ failed/);
    expect(problems).toEqual([]);
    await close();
  });

  test("it needs one request to be read: nothing of it waits for the script", async () => {
    const { page, close } = await openPage(served.base);
    const asked = await page.evaluate<string[]>("performance.getEntriesByType('resource').map(({ name }) => name)");
    expect(asked.filter((name) => !name.startsWith(`${served.base}/`))).toEqual([]);
    const html = await (await fetch(served.base)).text();
    expect(html).toContain("All 4 CRMs need attention");
    await close();
  });

  test("from a CRM to its rule and to what another report said, by links alone", async () => {
    const { page, problems, close } = await openPage(served.base);
    await page.locator(".crms tbody th a", { hasText: "hubspot" }).click();
    await page.locator("h1", { hasText: "hubspot" }).waitFor();
    await page.locator(".rules tbody th a", { hasText: "zipcodes" }).click();
    await page.locator("h1", { hasText: "overdue" }).waitFor();
    expect(await page.locator("main").innerText()).toContain("Restart zipcodes");
    await page.getByRole("link", { name: "permalink of this report" }).click();
    await page.waitForURL(/\/reports\/hubspot-[^/]+\/rule\?name=zipcodes/);
    expect(await page.locator("h1").innerText()).toContain("zipcodes");
    expect(problems).toEqual([]);
    await close();
  });
});

describe.skipIf(CHROMIUM === undefined)("every page", () => {
  test.each(PAGES)(
    "%s: axe finds nothing serious, the policy refuses nothing, light and dark, wide and on a phone",
    async (path) => {
      const { page, problems, close } = await openPage(served.base + path);
      await untilAlive(page);
      await page.evaluate(axe.source);
      expect(await judge(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).toBe("rgb(21, 21, 20)");
      // All else is as it was.
      expect(await judge(page, ["color-contrast", "link-in-text-block"])).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      // Nobody has to scroll sideways, once the charts are drawn again.
      await until(async () => (await page.evaluate("document.documentElement.scrollWidth")) === 360);
      expect(await judge(page)).toEqual([]);
      // The address that leads nowhere says so by its status, and nothing else is wrong.
      expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
      const read = async (shown: Page) => await shown.locator("h1, h2, tbody th").allInnerTexts();
      const without = await openPage(served.base + path, {
        javaScriptEnabled: false,
        viewport: { width: 360, height: 740 },
      });
      expect(await read(without.page)).toEqual(await read(page));
      await close();
      await without.close();
    },
  );
});

describe.skipIf(CHROMIUM === undefined)("what the reader chooses", () => {
  test("a filter and an order are in the address: loaded again, the page is the same", async () => {
    const { page, problems, close } = await openPage(`${served.base}/crms/genius`);
    await untilAlive(page);
    const names = async (shown = page) => await shown.locator(".rules tbody th").allInnerTexts();
    const all = await names();
    await page.locator('input[type="search"]').fill("leads");
    await page.waitForURL(/[?&]q=leads(&|$)/);
    expect(await names()).toEqual(["leads"]);
    await page.reload();
    expect(await names()).toEqual(["leads"]);
    await untilAlive(page);
    await page.locator('input[type="search"]').fill("");
    await page.getByRole("link", { name: "Rule", exact: true }).click();
    await page.waitForURL(/[?&]sort=rule(&|$)/);
    expect(await names()).toEqual(all.toSorted());
    expect(all).not.toEqual(all.toSorted());
    await page.reload();
    expect(await names()).toEqual(all.toSorted());
    await close();
    const still = await openPage(page.url(), { javaScriptEnabled: false });
    expect(await names(still.page)).toEqual(all.toSorted());
    await still.close();
    expect(problems).toEqual([]);
  });

  test("without a script the filter is a form", async () => {
    const { page, close } = await openPage(`${served.base}/crms/genius`, { javaScriptEnabled: false });
    const rules = page.locator(".rules tbody tr");
    const all = await rules.count();
    await page.locator("select[name=condition]").selectOption("failing");
    await page.getByRole("button", { name: "Show" }).click();
    // By chance another rule's newest runs failed, too.
    const shown = await rules.allInnerTexts();
    expect(shown.filter((rule) => rule.includes("users"))).toHaveLength(1);
    expect(shown.filter((rule) => !rule.includes("failing"))).toEqual([]);
    expect(shown.length).toBeLessThan(all);
    await close();
  });

  test("times of the reader's own zone, which stay chosen", async () => {
    const { page, close } = await openPage(`${served.base}/crms/genius/rule?name=users`, { timezoneId: "Asia/Dubai" });
    await untilAlive(page);
    const started = page.locator(".runs time").first();
    const at = new Date((await started.getAttribute("datetime")) ?? "");
    const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16);
    expect(await started.innerText()).toContain(clock(at.getTime()));
    await page.locator("button.zone").click();
    const local = clock(at.getTime() + 4 * 3_600_000);
    expect(await started.innerText()).toContain(local);
    expect(await page.locator("footer").innerText()).toContain("Asia/Dubai");
    await page.reload();
    await untilAlive(page);
    expect(await started.innerText()).toContain(local);
    await close();
  });

  test("by keyboard alone: past the navigation, to a rule, sorted", async () => {
    const { page, close } = await openPage(`${served.base}/crms/genius`);
    await untilAlive(page);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    await page.getByRole("link", { name: "p95" }).focus();
    await page.keyboard.press("Enter");
    expect(await page.locator('th[aria-sort="descending"]').innerText()).toContain("p95");
    await close();
  });

  test("a pointer reads a chart", async () => {
    const { page, problems, close } = await openPage(`${served.base}/crms/genius`);
    await page.locator(".uplot canvas").first().waitFor();
    const read = page.locator(".chart .read").first();
    const before = await read.innerText();
    await page
      .locator(".ground")
      .first()
      .hover({ position: { x: 30, y: 40 } });
    await until(async () => (await read.innerText()) !== before);
    expect(problems).toEqual([]);
    await close();
  });
});

describe.skipIf(CHROMIUM === undefined)("what is served", () => {
  test("no script but our own may run, and nothing of another host is loaded", async () => {
    const answer = await fetch(`${served.base}/crms/genius`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain("unsafe");
    const html = await answer.text();
    expect(html.match(/<script[^>]*>/g)).toEqual([
      expect.stringMatching(/^<script src="\/assets\/dashboard-[0-9a-f]{12}\.js" defer>$/) as string,
      '<script id="view" type="application/json">',
    ]);
    expect(html).not.toMatch(/ style=| on[a-z]+=|https?:\/\/(?!www\.w3\.org)/);
  });

  test("an answer that nothing changed leaves the page its policy, or a page that is loaded again would be dead", async () => {
    const policies: (string | null)[] = [];
    await until(async () => {
      const first = await fetch(`${served.base}/schedule`);
      await first.text();
      const etag = first.headers.get("etag") ?? "";
      const again = await fetch(`${served.base}/schedule`, { headers: { "If-None-Match": etag } });
      policies.splice(0, 2, first.headers.get("content-security-policy"), again.headers.get("content-security-policy"));
      return again.status === 304;
    });
    expect(policies[0]).toContain("script-src 'self'");
    expect(policies[1]).toBe(policies[0] ?? null);
  });

  test("script and style are kept for ever, and change their names when they change", async () => {
    const html = await (await fetch(served.base)).text();
    const names = [...html.matchAll(/\/assets\/[\w.-]+/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) {
      const answer = await fetch(served.base + name);
      expect([name, answer.status, answer.headers.get("cache-control")]).toEqual([
        name,
        200,
        "public, max-age=31536000, immutable",
      ]);
    }
    expect((await fetch(`${served.base}/assets/../dashboard.js`)).status).toBe(404);
  });

  test("the last test: with the warehouse gone the pages stand as they were", async () => {
    rmSync(join(served.directory, "warehouse.sqlite"));
    const began = performance.now();
    const html = await (await fetch(served.base)).text();
    expect(html).toContain("All 4 CRMs need attention");
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

type Violation = { id: string; impact?: string | null; nodes: { html: string }[] };

/** What axe calls serious or critical, of all its rules or of these. */
async function judge(page: Page, rules?: string[]): Promise<string[]> {
  const options = rules === undefined ? {} : { runOnly: { type: "rule", values: rules } };
  const { violations } = await page.evaluate<{ violations: Violation[] }>(`axe.run(${JSON.stringify(options)})`);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}
