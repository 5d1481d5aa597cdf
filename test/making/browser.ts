/** A real browser: Debian's Chromium, driven from outside. Where it is built without windows, a page takes half the CPU. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { existsSync } from "node:fs";

export const CHROMIUM = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => existsSync(path),
);

/** What went wrong in a page: what its script threw, what its policy refused, what could not be loaded. */
export type Watched = { page: Page; problems: string[]; close: () => Promise<void> };

const ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"];

let shared: Promise<Browser> | null = null;

/** One browser for all tests of the process; each test has pages of its own. */
export async function openPage(address: string, options: BrowserContextOptions = {}): Promise<Watched> {
  shared ??= chromium.launch({ executablePath: CHROMIUM ?? "", args: ARGUMENTS });
  return await openIn(await shared, address, options);
}

export async function closeBrowser(): Promise<void> {
  await (await shared)?.close();
  shared = null;
}

/** A browser whose processes can be stopped. */
export async function launchBrowser(): Promise<{ browser: Browser; pid: number; close: () => Promise<void> }> {
  const server = await chromium.launchServer({ executablePath: CHROMIUM ?? "", args: ARGUMENTS });
  const browser = await chromium.connect(server.wsEndpoint());
  return { browser, pid: server.process().pid ?? 0, close: async () => await server.close() };
}

export async function openIn(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Watched> {
  // What moves is drawn sixty times a second, here without a graphics card.
  const still = { viewport: { width: 1360, height: 850 }, reducedMotion: "reduce" } as const;
  const context = await browser.newContext({ ...still, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(address);
  return { page, problems, close: async () => await context.close() };
}

/** The page's script has taken over. */
export async function untilAlive(page: Page): Promise<void> {
  await page.locator("button.zone").waitFor();
}

/** The page hears of news. */
export async function untilLive(page: Page): Promise<void> {
  await page.locator(".line.live").waitFor();
}
