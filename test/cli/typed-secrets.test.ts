/** A connection URL that is typed in the wrong place: no error, no log and no name of a file repeats its password. */
import { beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { directoryWith, runCli } from "../making/cli.ts";

const PASSWORD = "PW9xCanary";
const URLS = [`postgresql://u:${PASSWORD}@h/d`, `mysql://u:${PASSWORD}@h:3306/d?ssl=1`];
let cwd: string;

beforeAll(() => {
  cwd = directoryWith('[store]\npath = "store.sqlite"\n[crm.hubspot]\nurl = "sqlite:none.sqlite"\n');
});

test.each([
  "generate --crm URL",
  "generate --as-of URL",
  "generate -c URL",
  "generate --timeout URL",
  "generate --concurrency URL",
  "generate --time-window URL",
  "generate --timezone URL",
  "generate -o URL",
  "generate --export-json --output-dir URL",
  "generate --input URL",
  "generate --format URL",
  "generate --crm hubspot --rule URL",
  "check --crm URL",
  "explain URL",
  "explain hubspot URL",
  "history list --crm URL",
  "history list --limit URL",
  "history list --since URL",
  "history show URL",
  "history diff URL",
  "history explain URL contacts",
  "memory show URL",
  "memory fill --since URL",
  "memory fill --crm URL",
  "memory check --days URL",
  "memory forget URL",
  "memory ignore --from URL --to URL",
  "rules retire URL",
  "rules retire contacts --crm URL",
  "schedule run URL",
  "schedule history --schedule URL",
  "store prune --older-than URL",
  "store backup URL",
  "export site URL",
  "demo --dir URL",
  "demo --seed URL",
  "config init -o URL",
  "config check -c URL",
  "systemd install --dir URL",
  "URL",
  "generate URL",
  "help URL",
])("%s", async (typed) => {
  const before = readdirSync(cwd);
  for (const url of URLS) {
    const args = typed.split(" ").map((word) => word.replace("URL", url));
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect([code === 0, `${stdout}${stderr}`]).toEqual([false, expect.not.stringContaining(PASSWORD)]);
    expect(stderr).not.toBe("");
  }
  // The store is made by those that need it.
  expect(readdirSync(cwd).filter((name) => !before.includes(name) && !name.startsWith("store.sqlite"))).toEqual([]);
});

test("in the variable that names the configuration, and as another command's option", async () => {
  const env = { AUTOMATION_REPORTS_CONFIG: URLS[0] ?? "" };
  const named = await runCli(["config", "check"], { cwd, env });
  expect([named.code, named.stderr]).toEqual([
    2,
    "error: $AUTOMATION_REPORTS_CONFIG must be the path of a file: what stands there looks like a connection URL\n",
  ]);
  const { code, stderr } = await runCli(["generate", "--crm", `mysqldump -u etl -p${PASSWORD}`], { cwd });
  expect([code, stderr]).toEqual([2, expect.not.stringContaining(PASSWORD)]);
});
