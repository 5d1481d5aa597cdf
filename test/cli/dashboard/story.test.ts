/** The dashboard in a real browser, over the compiled executable: a rule breaks, the page says why, and sees it mended. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { CHROMIUM, closeBrowser, openPage, untilLive } from "../../making/browser.ts";
import { daysOf, startLiving } from "../../making/living.ts";
import { killLaunched } from "../../making/scheduler.ts";

afterEach(killLaunched);
afterAll(closeBrowser);

describe.skipIf(CHROMIUM === undefined)("live", () => {
  test("a rule breaks, the open page says why, and sees it mended", async () => {
    const served = await startLiving();
    served.declare([{ rule: "contacts", schedule: "every 60 minutes" }]);
    served.record(daysOf({ newest: 2 }));
    await served.report();

    const { page, problems, close } = await openPage(`${served.url}/`);
    await untilLive(page);
    const headline = page.locator("h1");
    expect(await headline.innerText()).toContain("hubspot is well");
    // What is not loaded again is still there.
    await page.evaluate("window.wasHere = true");

    const error = "HTTP 401 Unauthorized: token expired";
    served.forget(150);
    served.record([122, 62].map((agoMinutes) => ({ agoMinutes, status: "failed", error })));
    await served.report();
    await headline.filter({ hasText: "hubspot needs attention" }).waitFor();
    expect(await page.locator(".first").innerText()).toContain("contacts failed 2 times");
    expect(await page.locator(".first").innerText()).toContain(error);
    expect(await page.title()).toStartWith("✗ hubspot needs attention");

    const rule = await openPage(`${served.url}/`);
    await rule.page.locator(".fact a").click();
    await rule.page.locator("h1", { hasText: "failing" }).waitFor();
    expect(await rule.page.locator("main").innerText()).toContain("renew its credentials");
    expect(await rule.page.locator(".runs tbody tr").first().innerText()).toContain(error);
    await untilLive(rule.page);

    served.record([{ agoMinutes: 1 }]);
    await served.report();
    await rule.page.locator("h1", { hasText: /contacts\s+ok/ }).waitFor();
    await headline.filter({ hasText: "hubspot is well" }).waitFor();
    expect(await page.evaluate("window.wasHere")).toBe(true);
    expect([...problems, ...rule.problems]).toEqual([]);
    await close();
    await rule.close();
  });
});
