import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshDirectory, runCli } from "../making/cli.ts";

const PROMPT = "READY";

/** How each shell is started with nothing but the script: here the program only says which words it was given. */
const SHELLS = {
  bash: {
    rc: `. ./completion; automation-reports() { printf '<%s>' "$@"; printf ';\\n'; }; PS1=${PROMPT}`,
    command: ["bash", "--noprofile", "--rcfile", "rc", "-i"],
  },
  zsh: {
    rc: `autoload -U compinit; compinit -D; . ./completion
         automation-reports() { printf '<%s>' "$@"; printf ';\\n'; }; PS1=${PROMPT}; unsetopt beep`,
    command: ["zsh", "-d", "-i"],
  },
  fish: {
    rc: `function automation-reports; printf '<%s>' $argv; printf ';\\n'; end
         function fish_prompt; printf ${PROMPT}; end; source completion`,
    command: ["fish", "--no-config", "--private", "--init-command", "source rc", "-i"],
  },
};

/** What is typed, `⇥` being the tab key, and the words that the program is then given. */
const TYPED = [
  { typed: "gen⇥", given: ["generate"] },
  { typed: "config ch⇥", given: ["config", "check"] },
  { typed: "completion f⇥", given: ["completion", "fish"] },
  { typed: "help findi⇥", given: ["help", "findings"] },
  { typed: "--vers⇥", given: ["--version"] },
  { typed: "generate --det⇥", given: ["generate", "--detailed"] },
  { typed: "generate_automation_reports --det⇥", given: ["generate_automation_reports", "--detailed"] },
  { typed: "generate --no-st⇥", given: ["generate", "--no-store"] },
  { typed: "generate --color n⇥", given: ["generate", "--color", "never"] },
  { typed: "generate --format j⇥", given: ["generate", "--format", "json"] },
  { typed: "generate --format=j⇥", given: ["generate", "--format=json"] },
  { typed: "generate --format json --fail-on w⇥", given: ["generate", "--format", "json", "--fail-on", "warning"] },
  { typed: "generate --config setti⇥", given: ["generate", "--config", "settings of mine.toml"] },
  { typed: "generate --output-dir expo⇥", given: ["generate", "--output-dir", "exports"] },
  { typed: "generate --crm setti⇥", given: ["generate", "--crm", "setti"] },
  { typed: "generate setti⇥", given: ["generate", "setti"] },
  { typed: "schema sql --dialect s⇥", given: ["schema", "sql", "--dialect", "sqlite"] },
  { typed: "schema pass --dial⇥", given: ["schema", "pass", "--dial"] },
];

describe.each(Object.entries(SHELLS))("%s", (shell, { rc, command }) => {
  const missing = Bun.which(shell) === null;
  if (missing && process.env["CI"] !== undefined) throw new Error(`${shell} is not installed`);
  let session: ReturnType<typeof openShell> | null = null;

  beforeAll(async () => {
    if (missing) return;
    const directory = freshDirectory();
    writeFileSync(join(directory, "completion"), (await runCli(["completion", shell])).stdout);
    for (const name of ["rc", ".zshrc"]) writeFileSync(join(directory, name), rc);
    writeFileSync(join(directory, "settings of mine.toml"), "");
    writeFileSync(join(directory, "export.toml"), "");
    mkdirSync(join(directory, "exports"));
    session = openShell(command, directory);
    await session.read(PROMPT);
  });
  afterAll(async () => await session?.close());

  test.skipIf(missing).each(TYPED)("$typed", async ({ typed, given }) => {
    session?.type(`automation-reports ${typed.replace("⇥", "\t")}`);
    session?.type("\r");
    const shown = await session?.read(";\r\n");
    // zsh takes the slash after a completed directory back when the line ends there.
    expect(shown?.replace(/\/>$/, ">")).toEndWith(given.map((word) => `<${word}>`).join(""));
  });
});

/** A shell at a terminal of its own. */
function openShell(command: string[], cwd: string) {
  let seen = "";
  let wake = () => {};
  const child = Bun.spawn(command, {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ZDOTDIR: cwd, TERM: "xterm", LC_ALL: "C.UTF-8" },
    terminal: {
      cols: 200,
      data: (_, data) => {
        seen += Buffer.from(data).toString();
        wake();
      },
    },
  });
  return {
    type: (text: string) => child.terminal?.write(text),
    /** All that came before that text; the text itself is taken too. */
    async read(until: string): Promise<string> {
      while (!seen.includes(until)) await new Promise<void>((resolve) => (wake = resolve));
      const end = seen.indexOf(until);
      const text = seen.slice(0, end);
      seen = seen.slice(end + until.length);
      return text;
    },
    async close() {
      child.kill("SIGKILL");
      await child.exited;
      child.terminal?.close();
    },
  };
}
