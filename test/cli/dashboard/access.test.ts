/** Who may look: tokens, the log-in page, signing out, and what an open page does when its reader is signed out. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { CHROMIUM, closeBrowser, openPage, untilLive } from "../../making/browser.ts";
import { daysOf, startLiving } from "../../making/living.ts";
import { killLaunched } from "../../making/scheduler.ts";
import { writeTokens } from "../../making/serving.ts";

afterEach(killLaunched);
afterAll(closeBrowser);

const TOKEN = "a-token-that-is-long-enough-0123456789";
const AUTHORIZED = { Authorization: `Bearer ${TOKEN}` };

describe.skipIf(CHROMIUM === undefined)("log-in", () => {
  test("a page asks for the token, leads on to where the reader wanted, and lets the reader out again", async () => {
    const served = await startLiving({
      section: 'token_file = "tokens"',
      prepare: (cwd) => writeTokens(cwd, [`ops read,run ${TOKEN}`]),
    });
    served.record(daysOf({ newest: 2 }));
    await served.report(AUTHORIZED);
    const { page, close } = await openPage(`${served.url}/crms/hubspot`);
    await page.waitForURL(/\/login/);
    await page.locator("#token").fill("not the token");
    await page.getByRole("button", { name: "Log in" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("not known");
    await page.locator("#token").fill(TOKEN);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator("h1", { hasText: "hubspot" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/crms/hubspot");
    await untilLive(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(/\/login/);
    await page.goto(`${served.url}/`);
    await page.waitForURL(/\/login/);
    expect(await page.content()).not.toContain("hubspot");
    await close();
  });
});
