/** What a real server answered to one reading of a CRM, turn by turn, and a fake server that says it again. */
import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { directoryWith } from "./cli.ts";
import { GENERATE, launch } from "./faults.ts";
import type { FakeClient } from "./fake-server.ts";
import { authentication } from "./server-messages.ts";

/** The server's bytes after each message that wants an answer; the first begins with AuthenticationOk. */
export type Recording = Buffer[];

/** Reads the CRM `dead` of that database through a proxy. */
export async function recordServer(
  server: { host: string; port: number },
  url: string,
  args: readonly string[] = GENERATE,
): Promise<Recording> {
  const turns: Buffer[][] = [];
  const proxy = createServer((client) => {
    const upstream = connect(server);
    client.on("error", () => {}).on("close", () => upstream.destroy());
    upstream.on("error", () => {}).on("close", () => client.destroy());
    client.on("data", (chunk: Buffer) => {
      turns.push([]);
      upstream.write(chunk);
    });
    upstream.on("data", (chunk: Buffer) => {
      turns.at(-1)?.push(chunk);
      client.write(chunk);
    });
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  const through = `${url.replace(/@[^/]*/, `@127.0.0.1:${port}`)}?sslmode=disable`;
  const { code, stderr } = await launch(args, { cwd: directoryWith(`[crm.dead]\nurl = "${through}"\n`) }).trial;
  proxy.close();
  if (code !== 0) throw new Error(`nothing was recorded: ${stderr}`);
  const answers = turns.map((chunks) => Buffer.concat(chunks)).filter((answer) => answer.length > 0);
  // The steps of a password's check belong to one connection only.
  const ok = authentication(0);
  const first = answers.findIndex((answer) => answer.includes(ok));
  const opening = answers[first] ?? Buffer.alloc(0);
  return [opening.subarray(opening.indexOf(ok)), ...answers.slice(first + 1)];
}

/** Answers turn by turn; the turns of `changed` are answered with other bytes. Then it is silent. */
export async function replay(
  client: FakeClient,
  recording: Recording,
  changed: Record<number, Buffer> = {},
): Promise<void> {
  await client.startup();
  await sayAgain(client, recording, changed);
  await client.silence();
}

/** As `replay`, once the session is asked for, and without the silence. */
export async function sayAgain(
  client: FakeClient,
  recording: Recording,
  changed: Record<number, Buffer> = {},
): Promise<void> {
  for (const [turn, answer] of recording.entries()) {
    if (turn > 0) await client.turn();
    await client.send(changed[turn] ?? answer);
  }
}
