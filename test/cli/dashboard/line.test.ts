/** What an open page says when it hears nothing any more: a server that stands still or is gone, a machine that slept. */
import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../making/cli.ts";
import { CHROMIUM, closeBrowser, launchBrowser, openIn, openPage, untilLive } from "../../making/browser.ts";
import { freeze } from "../../making/frozen.ts";
import { daysOf, startLiving, type Living } from "../../making/living.ts";
import { killLaunched } from "../../making/scheduler.ts";
import { startServer } from "../../making/serving.ts";

// Each waits for long, and has a server and a page of its own: they wait together.
afterAll(async () => {
  await closeBrowser();
  killLaunched();
});

describe.skipIf(CHROMIUM === undefined)("the line", () => {
  test.concurrent("a server that stands still: the line is lost and says since when; it goes on, and the page catches up", async () => {
    const served = await startWell();
    const { page, close } = await openPage(`${served.url}/`);
    await untilLive(page);
    served.child.kill("SIGSTOP");
    await page.locator(".line.lost").waitFor({ timeout: 60_000 });
    expect(await page.locator(".line").innerText()).toMatch(/^line lost: true as of .+, trying again$/);
    // What was known is still there to be read.
    expect(await page.locator("h1").innerText()).toContain("hubspot is well");
    served.child.kill("SIGCONT");
    breakRule(served);
    await served.report();
    await page.locator("h1", { hasText: "hubspot needs attention" }).waitFor({ timeout: 40_000 });
    await untilLive(page);
    await close();
  });

  test.concurrent("a server that is gone is noticed at once, and found again when it is back", async () => {
    const served = await startWell();
    const { page, close } = await openPage(`${served.url}/`);
    await untilLive(page);
    served.child.kill("SIGKILL");
    await page.locator(".line.lost").waitFor();
    await served.child.exited;
    breakRule(served);
    const config = join(served.cwd, "automation-reports.toml");
    writeFileSync(config, readFileSync(config, "utf8").replace("127.0.0.1:0", new URL(served.url).host));
    const again = await startServer(served.cwd);
    await untilLive(page);
    expect(again.url).toBe(served.url);
    await close();
  });

  test.concurrent("a browser that slept over a report catches up when it wakes", async () => {
    const served = await startWell();
    const { browser, pid, close } = await launchBrowser();
    const { page } = await openIn(browser, `${served.url}/`);
    await untilLive(page);
    const wake = freeze(pid, ...childrenOf(pid));
    breakRule(served);
    await served.report();
    // A sleep that is too short to notice would be no test.
    await Bun.sleep(17_000);
    wake();
    await page.locator("h1", { hasText: "hubspot needs attention" }).waitFor();
    await untilLive(page);
    await close();
  });

  test.concurrent("reports that another process makes are there within a minute", async () => {
    const served = await startWell();
    const { page, problems, close } = await openPage(`${served.url}/`);
    await untilLive(page);
    breakRule(served);
    const made = await runCli(["generate", "--detailed", "--quiet"], { cwd: served.cwd });
    expect(made.code, made.stderr).toBe(0);
    await page.locator("h1", { hasText: "hubspot needs attention" }).waitFor({ timeout: 90_000 });
    expect(problems).toEqual([]);
    await close();
  });

  test.concurrent("paused, a page stays as it is and counts what waits", async () => {
    const served = await startWell();
    const { page, problems, close } = await openPage(`${served.url}/`);
    await untilLive(page);
    await page.getByRole("button", { name: "Pause" }).click();
    breakRule(served);
    await served.report();
    await page.locator(".line", { hasText: /paused, \d+ changes? to come/ }).waitFor();
    expect(await page.locator("h1").innerText()).toContain("hubspot is well");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.locator("h1", { hasText: "hubspot needs attention" }).waitFor();
    await untilLive(page);
    expect(problems).toEqual([]);
    await close();
  });
});

async function startWell(): Promise<Living> {
  const served = await startLiving();
  served.declare([{ rule: "contacts", schedule: "every 60 minutes" }]);
  served.record(daysOf({ newest: 2 }));
  await served.report();
  return served;
}

function breakRule(served: Living): void {
  served.forget(150);
  served.record([122, 62].map((agoMinutes) => ({ agoMinutes, status: "failed", error: "HTTP 500" })));
}

/** All processes below that one. */
function childrenOf(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const after = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1) ?? "";
        return [{ pid: Number(name), parent: Number(after.split(" ")[1]) }];
      } catch {
        return [];
      }
    });
  const children = parents.filter(({ parent }) => parent === pid).map((one) => one.pid);
  return children.flatMap((child) => [child, ...childrenOf(child)]);
}
