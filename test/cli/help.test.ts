/** The help topics, by the real binary. */
import { describe, expect, test } from "bun:test";
import { runCli } from "../making/cli.ts";

const TOPICS = [
  "configuration",
  "connections",
  "presets",
  "report",
  "counting",
  "findings",
  "schedules",
  "serve",
  "dashboard",
  "api",
  "systemd",
  "store",
  "memory",
  "json",
  "exit-codes",
  "security",
  "performance",
  "troubleshooting",
  "older-commands",
  "packaging",
];

test("help lists every topic with one line", async () => {
  const { code, stdout } = await runCli(["help"]);
  expect(code).toBe(0);
  const listed = stdout.split("\n").flatMap((line) => /^ {2}([a-z-]+) {2,}\w/.exec(line)?.[1] ?? []);
  expect(listed).toEqual(TOPICS);
});

test.each([["--help"], []])("%s names every topic", async (...args) => {
  const { code, stdout } = await runCli(args.filter((word) => word !== undefined));
  expect(code).toBe(0);
  expect(stdout.replaceAll("\n", " ")).toContain(`automation-reports help TOPIC explains ${TOPICS.join(", ")}.`);
});

describe.each([40, 80])("at %d columns", (columns) => {
  test.each(TOPICS)("help %s prints its page, and nothing but code is wider", async (topic) => {
    const { code, stdout, stderr } = await runCli(["help", topic], { env: { COLUMNS: String(columns) } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.split("\n");
    const page = lines.slice(lines.indexOf(topic.replace("-", " ").toUpperCase()));
    expect(page.length).toBeGreaterThan(10);
    expect(page.filter((line) => /^ *\{\w+\}$/.test(line))).toEqual([]);
    expect(page.filter((line) => !line.startsWith("    ") && Bun.stringWidth(line) > columns)).toEqual([]);
  });
});

describe("a topic that there is not", () => {
  test.each([
    { args: ["help", "configuratoin"], says: 'unknown topic "configuratoin": did you mean configuration?' },
    { args: ["help", "genrate"], says: 'unknown topic "genrate": did you mean generate?' },
    { args: ["help", "x".repeat(30)], says: "known: configuration, connections, " },
    { args: ["help", "store", "chekc"], says: 'unknown command "chekc": did you mean check?' },
    { args: ["help", "report", "more"], says: 'unexpected word "more"' },
  ])("$args: $says", async ({ args, says }) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
  });
});

describe("help COMMAND prints how a command is called", () => {
  test.each([
    { args: ["help", "generate"], says: ["--time-window"], not: "FINDINGS" },
    { args: ["help", "test_automation_reports"], says: ["--analyze"], not: "FINDINGS" },
    { args: ["help", "systemd", "install"], says: ["--force"], not: "SYSTEMD" },
    { args: ["help", "systemd"], says: ["Usage:\n", "SYSTEMD\n\n  `automation-reports systemd print`"], not: "STORE" },
    { args: ["help", "store"], says: ["Usage:\n", "STORE\n\n  The store keeps"], not: "SYSTEMD" },
  ])("$args", async ({ args, says, not }) => {
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    for (const part of says) expect(stdout).toContain(part);
    expect(stdout).not.toContain(not);
  });
});
