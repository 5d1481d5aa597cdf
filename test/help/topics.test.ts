/** The help topics hold what they promise, in sentences that are short enough. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { COMMANDS } from "../../src/cli.ts";
import { listKeys } from "../../src/config/keys.ts";
import { EXIT } from "../../src/errors.ts";
import { writeKeysTable } from "../../src/help/keys-table.ts";
import { TOPICS } from "../../src/help/topics.ts";
import { CONTRADICTION_KINDS, FINDING_IDS, PASS_FINDING_IDS } from "../../src/report/words.ts";

const ROOT = resolve(import.meta.dir, "../..");
const LONGEST_SENTENCE = 25;

const load = async (topic: string) => (await TOPICS[topic]?.load()) ?? "";

test("every file of topics/ is a topic, and every topic has its file", () => {
  const files = [...new Bun.Glob("*.md").scanSync(join(ROOT, "src/help/topics"))].map((file) => file.slice(0, -3));
  expect(files.toSorted()).toEqual(Object.keys(TOPICS).toSorted());
});

describe("lists that the code has", () => {
  test.each([...FINDING_IDS, ...PASS_FINDING_IDS])("help findings explains %s", async (id) => {
    expect(await load("findings")).toMatch(new RegExp(`^### ${id} · (?:info|warning|critical)[ a-z]*\n\n\\w`, "m"));
  });

  test.each(CONTRADICTION_KINDS)("help counting explains %s", async (kind) => {
    expect(await load("counting")).toContain(`| ${kind} | `);
  });

  test.each(Object.values(EXIT))("help exit-codes explains %d", async (code) => {
    expect(await load("exit-codes")).toContain(`| ${code} | `);
  });

  test("help configuration has every key of a CRM, and [defaults] the same but two", async () => {
    const keys = listKeys();
    const page = await load("configuration");
    const keysOf = (section: string) => keys.flatMap((key) => (key.section === section ? [key.key] : []));
    for (const key of [...keysOf("crm.NAME"), ...keysOf("crm.NAME.thresholds"), ...keysOf("schedule")]) {
      if (key !== "rules" && key !== "thresholds") expect(page).toContain(`\n| ${key} | `);
    }
    expect(keysOf("crm.NAME").filter((key) => !keysOf("defaults").includes(key))).toEqual(["crm_source", "rules"]);
    expect(page).not.toContain("{keys}");
  });
});

test("a key is a row: its kind, its default, its meaning", () => {
  const key = { section: "", key: "concurrency", kind: "number", preset: "4", description: "CRMs read at once" };
  const choice = { section: "schedule", key: "name", kind: "text", preset: null, description: "a|b" };
  expect(writeKeysTable([key, choice])).toBe(
    [
      "### Above all tables",
      "",
      "| key | value | meaning |",
      "| --- | --- | --- |",
      "| concurrency | number; 4 by default | CRMs read at once |",
      "",
      "### [[schedule]]",
      "",
      "| key | value | meaning |",
      "| --- | --- | --- |",
      "| name | text | a\\|b |",
    ].join("\n"),
  );
});

describe("pages", () => {
  const pages = ["README.md", "CHANGELOG.md", ...Object.keys(TOPICS).map((topic) => `src/help/topics/${topic}.md`)];

  test.each(pages)("%s has no long sentence", (page) => {
    const long = listSentences(readPage(page)).filter((sentence) => sentence.split(/\s+/).length > LONGEST_SENTENCE);
    expect(long).toEqual([]);
  });

  test.each(pages)("%s names only topics and commands that there are", (page) => {
    const named = [...readPage(page).matchAll(/automation-reports (?:help )?([a-z][a-z-]*)/g)].map(
      ([, name = ""]) => name,
    );
    const known = ["help", ...Object.keys(TOPICS), ...Object.keys(COMMANDS)];
    const commands = named.filter((name) => !known.includes(name));
    expect(commands).toEqual([]);
  });
});

function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** Without code blocks, tables and headings. */
function listSentences(page: string): string[] {
  return page
    .replaceAll(/^```[\s\S]*?^```$/gm, "")
    .split(/\n\s*\n|\n(?=- )/)
    .filter((block) => !/^\s*[|#]/.test(block))
    .flatMap((block) => block.replaceAll("\n", " ").split(/(?<=[.:!?])\s+/));
}
