/** Which secrets of a configuration are words that stand for much else, and which parts of a ping's URL are secrets. */
import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { createRedactor, type Secret } from "../../src/text/redact.ts";

const parent = mkdtempSync(join(tmpdir(), "ar-words-"));
const directory = join(parent, "opsroom2");
mkdirSync(directory);

async function secretsOf(text: string) {
  const path = join(directory, "c.toml");
  writeFileSync(path, text);
  return (await loadConfig(path, {})).secrets;
}

const ofPing = async (url: string) =>
  (
    await secretsOf(`[crm.a]\nurl = "sqlite:x"\n[[schedule]]\nname = "daily"\ncron = "@daily"\nping_url = "${url}"\n`)
  ).slice(1);

test.each<{ url: string; secrets: Secret[] }>([
  { url: "https://hc-ping.com/0123456789abcdef/automation-reports", secrets: ["0123456789abcdef"] },
  { url: "https://hc-ping.com/fqOOd6-F4MMNuCEnzTU/crm-heartbeat", secrets: ["fqOOd6-F4MMNuCEnzTU"] },
  {
    url: "https://hc-ping.com/5f1b2c3d-8e9a-4b7c-9d0e-1f2a3b4c5d6e",
    secrets: ["5f1b2c3d-8e9a-4b7c-9d0e-1f2a3b4c5d6e"],
  },
  { url: "https://h.example/api/heartbeat/kdjfhgkwerutyqzxplmn", secrets: ["kdjfhgkwerutyqzxplmn"] },
  { url: "https://h.example/webhooks/GeheimesWort", secrets: ["GeheimesWort"] },
  { url: "https://ntfy.sh/topics/quiet-house", secrets: ["quiet-house"] },
  { url: "https://h.example/quiet-house", secrets: ["quiet-house"] },
  { url: "https://h.example/automation-reports", secrets: [{ word: "automation-reports" }] },
  { url: "https://h.example/v1/opsroom2/0123456789abcdef", secrets: [{ word: "opsroom2" }, "0123456789abcdef"] },
])("of a ping's URL only what looks like a secret is one: $url", async ({ url, secrets }) => {
  expect(await ofPing(url)).toEqual(secrets);
});

test.each([
  { password: "reports", isWord: true },
  { password: "password", isWord: true },
  { password: "hubspot", isWord: true },
  { password: "crm2", isWord: true },
  { password: "daily", isWord: true },
  { password: "opsroom2", isWord: true },
  { password: "full_sync", isWord: true },
  { password: "reports1", isWord: false },
  { password: "sys", isWord: true },
  { password: "swordfish", isWord: false },
  { password: "opsroom", isWord: true },
  { password: "room2", isWord: false },
])("the password $password is a word of the program or a configured name: $isWord", async ({ password, isWord }) => {
  const secrets = await secretsOf(
    `[crm.hubspot-eu]\nurl = "postgresql://u:${password}@h/d"\n[crm.hubspot-eu.rules.full_sync]\nwarn_after = "1d"\n` +
      '[crm.crm2]\nurl = "sqlite:x"\n[[schedule]]\nname = "daily"\ncron = "@daily"\n',
  );
  expect(secrets).toContainEqual(isWord ? { word: password } : password);
  const url = `postgresql://u:${password}@other/d`;
  expect(createRedactor(secrets)(url)).toBe("postgresql://u:***@other/d");
});

test("a value of the configuration that was filled with a secret is no name", async () => {
  const secrets = await secretsOf(
    '[crm.a]\nurl = "postgresql://u:swordfish@h/d"\nretired_rules = ["swordfish"]\nschema = "swordfish"\n',
  );
  expect(secrets).toContain("swordfish");
});
