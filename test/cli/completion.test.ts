import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import { BINARY, freshDirectory, runCli } from "../making/cli.ts";
import { alterStore, madePass, targetOf } from "../making/stores.ts";

const PROMPT = "READY";
const FUNCTION = `automation-reports() {
  if [[ "$1 $2" == 'completion names' ]]; then ${BINARY} "$@"; else printf '<%s>' "$@"; printf ';\\n'; fi
}`;

/** How each shell is started with nothing but the script. The program is asked for names, and else only says its words. */
const SHELLS = {
  bash: {
    rc: `. ./completion; ${FUNCTION}; PS1=${PROMPT}`,
    command: ["bash", "--noprofile", "--rcfile", "rc", "-i"],
  },
  zsh: {
    rc: `autoload -U compinit; compinit -D; . ./completion
         ${FUNCTION}; PS1=${PROMPT}; unsetopt beep`,
    command: ["zsh", "-d", "-i"],
  },
  fish: {
    rc: `function automation-reports; if test "$argv[1..2]" = 'completion names'; ${BINARY} $argv; return; end; printf '<%s>' $argv; printf ';\\n'; end
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
  { typed: "generate --input setti⇥", given: ["generate", "--input", "settings of mine.toml"] },
  { typed: "generate --input export.toml,other⇥", given: ["generate", "--input", "export.toml,other.toml"] },
  { typed: "generate --input=other⇥", given: ["generate", "--input=other.toml"] },
  { typed: "generate --crm hubspot,h⇥", given: ["generate", "--crm", "hubspot,h"] },
  { typed: "generate --output-dir expo⇥", given: ["generate", "--output-dir", "exports"] },
  { typed: "generate --crm setti⇥", given: ["generate", "--crm", "setti"] },
  { typed: "generate setti⇥", given: ["generate", "setti"] },
  { typed: "generate -f j⇥", given: ["generate", "-f", "json"] },
  { typed: "generate --crm hub⇥", given: ["generate", "--crm", "hubspot"] },
  { typed: "generate --crm=hub⇥", given: ["generate", "--crm=hubspot"] },
  { typed: "generate --crm hubspot,gen⇥", given: ["generate", "--crm", "hubspot,genius"] },
  { typed: "generate -c other.toml --crm fi⇥", given: ["generate", "-c", "other.toml", "--crm", "five9"] },
  { typed: "generate --config=other.toml --crm fi⇥", given: ["generate", "--config=other.toml", "--crm", "five9"] },
  { typed: "generate -c broken.toml --crm hub⇥", given: ["generate", "-c", "broken.toml", "--crm", "hub"] },
  { typed: "generate -c nowhere.toml --crm hub⇥", given: ["generate", "-c", "nowhere.toml", "--crm", "hub"] },
  { typed: "explain gen⇥", given: ["explain", "genius"] },
  { typed: "explain genius hub⇥", given: ["explain", "genius", "hub"] },
  { typed: "explain genius --verb⇥", given: ["explain", "genius", "--verbose"] },
  { typed: "schedule run mor⇥", given: ["schedule", "run", "morning"] },
  { typed: "schedule history --schedule eve⇥", given: ["schedule", "history", "--schedule", "evening"] },
  { typed: "history show genius-2026⇥", given: ["history", "show", "genius-20260710T210000Z-000001"] },
  {
    typed: "history diff genius-20260710T210000Z-000001 hubspot-⇥",
    given: ["history", "diff", "genius-20260710T210000Z-000001", "hubspot-20260710T210000Z-000002"],
  },
  { typed: "history explain lat⇥", given: ["history", "explain", "latest"] },
  { typed: "history diff lat⇥", given: ["history", "diff", "latest"] },
  { typed: "help gener⇥", given: ["help", "generate"] },
  { typed: "store backup setti⇥", given: ["store", "backup", "settings of mine.toml"] },
  { typed: "schema sql --dialect s⇥", given: ["schema", "sql", "--dialect", "sqlite"] },
  { typed: "schema pass --dial⇥", given: ["schema", "pass", "--dial"] },
];

/** Neither warehouse can be connected to, and one secret is missing. */
const CONFIG = `[crm.hubspot]
url = "postgres://u@192.0.2.1/d"
[crm.genius]
url_file = "nowhere"
[store]
path = "store.sqlite"
[[schedule]]
name = "morning"
cron = "0 7 * * *"
[[schedule]]
name = "evening"
cron = "0 19 * * *"
`;

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
    writeFileSync(join(directory, "automation-reports.toml"), CONFIG);
    writeFileSync(join(directory, "other.toml"), '[crm.five9]\nurl = "sqlite:nowhere"\n');
    writeFileSync(join(directory, "broken.toml"), "[crm.hubspot\n");
    await keepReports(join(directory, "store.sqlite"));
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

/** Two reports of known ids. */
async function keepReports(path: string): Promise<void> {
  const url = `sqlite:${path}`;
  await using store = await openStore(targetOf(url));
  await store.reports.keepPass(madePass(["hubspot", "genius"]), "adhoc");
  const id = "source || '-20260710T210000Z-' || CASE source WHEN 'genius' THEN '000001' ELSE '000002' END";
  await alterStore("SQLite", url, `UPDATE automation_reports_reports SET id = ${id}`);
}

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
