/** `export site`: pages that open from disk, lead only to each other, and replace only what was theirs. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CHROMIUM, closeBrowser, openPage, untilAlive } from "../../making/browser.ts";
import { freshDirectory, runCli, type Ended } from "../../making/cli.ts";
import { alterStore } from "../../making/stores.ts";

let cwd = "";
let made: Ended;

beforeAll(async () => {
  cwd = freshDirectory();
  await runCli(["demo", "--quiet"], { cwd });
  const path = join(cwd, "automation-reports.toml");
  writeFileSync(path, `${readFileSync(path, "utf8")}\n[store]\npath = "state/reports.sqlite"\n`);
  await runCli(["generate", "--detailed", "--quiet"], { cwd });
  await runCli(["generate", "--detailed", "--quiet", "--crm", "genius"], { cwd });
  made = await runCli(["export", "site", "public"], { cwd });
});
afterAll(closeBrowser);

describe("the files", () => {
  test("say where they are, and every link among them leads to one", () => {
    expect(made).toMatchObject({ code: 0, stdout: "" });
    expect(made.stderr).toContain(`open ${cwd}/public/index.html`);
    expect(pagesBelow("public").length).toBeGreaterThan(20);
    expect(findDead("public")).toEqual([]);
    // Others may look at them.
    expect(statSync(join(cwd, "public")).mode & 0o777).toBe(0o755);
  });

  test("there is a page of a CRM without a report, and of one that is no longer configured", async () => {
    const other = readFileSync(join(cwd, "automation-reports.toml"), "utf8").replace("[crm.arrivy]", "[crm.new]");
    writeFileSync(join(cwd, "other.toml"), other);
    const ended = await runCli(["export", "site", "others", "--config", "other.toml"], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    expect(findDead("others")).toEqual([]);
    const read = (crm: string) => readFileSync(join(cwd, "others", "crms", `${crm}.html`), "utf8");
    expect(read("new")).toContain("No report on new was made yet");
    expect(read("arrivy")).toContain("no longer in the configuration: nothing reads it");
  });

  test("made again, they replace the earlier ones", async () => {
    const again = await runCli(["export", "site", "public", "--passes", "1"], { cwd });
    expect(again.code, again.stderr).toBe(0);
    expect(readdirSync(join(cwd, "public", "passes"))).toHaveLength(1);
    expect(readdirSync(cwd).filter((name) => name.startsWith(".public"))).toEqual([]);
  });

  test("those are counted that are there: of a report that can no longer be read there is none", async () => {
    const damage = "UPDATE automation_reports_reports SET document = '{}' WHERE source = 'hubspot'";
    await alterStore("SQLite", `sqlite:${join(cwd, "state/reports.sqlite")}`, damage);
    const { code, stderr } = await runCli(["export", "site", "damaged"], { cwd });
    const pages = pagesBelow("damaged");
    expect({ code, said: stderr.trim() }).toEqual({
      code: 0,
      said: `wrote ${pages.length} pages: open ${cwd}/damaged/index.html`,
    });
  });

  const refusals = [
    { name: "a directory with other files", path: "mine", code: 2, says: "not ours to replace" },
    { name: "a file", path: "automation-reports.toml", code: 2, says: "is a file" },
    {
      name: "a place that cannot be made",
      path: "/proc/site",
      code: 5,
      says: "could not be written: its directory is not there",
    },
  ];
  test.each(refusals)("$name is refused", async ({ path, code, says }) => {
    mkdirSync(join(cwd, "mine"), { recursive: true });
    writeFileSync(join(cwd, "mine", "thesis.txt"), "mine");
    const ended = await runCli(["export", "site", path], { cwd });
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toContain(says);
    expect(readFileSync(join(cwd, "mine", "thesis.txt"), "utf8")).toBe("mine");
  });
});

describe.skipIf(CHROMIUM === undefined)("opened from disk", () => {
  test("from the first page to a rule; the filter works; nothing is asked of any server", async () => {
    const { page, problems, close } = await openPage(`file://${cwd}/public/index.html`);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await untilAlive(page);
    expect(await page.locator("h1").innerText()).toContain("need attention");
    // Ages would grow wrong in a file.
    const times = await page.locator("main time").allInnerTexts();
    expect(times.filter((text) => text.includes("ago") || text.includes("in "))).toEqual([]);
    await page.locator(".crms tbody th a", { hasText: "genius" }).click();
    await untilAlive(page);
    await page.locator('input[type="search"]').fill("users");
    await page.locator(".rules tbody tr").nth(1).waitFor({ state: "detached" });
    await page.locator(".rules tbody th a").click();
    await page.locator("h1", { hasText: "failing" }).waitFor();
    expect(asked.filter((url) => !url.startsWith("file:"))).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });
});

function pagesBelow(site: string): string[] {
  const names = readdirSync(join(cwd, site), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".html")).map((name) => join(cwd, site, name));
}

/** Links that lead to no file. */
function findDead(site: string): string[] {
  const dead = pagesBelow(site).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/(?:href|src)="([^"?#]+)/g)]
      .map(([, target = ""]) => join(dirname(file), decodeURIComponent(target)))
      .filter((target) => !existsSync(target)),
  );
  return [...new Set(dead)];
}
