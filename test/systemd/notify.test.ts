/** Against a real datagram socket, which only Python can open here. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNotifier, type Notifier, type NotifyVariables } from "../../src/systemd/notify.ts";

/** Prints `ready`, then each datagram as one line of JSON, with the microseconds of its monotonic clock. */
const PEER = `
import json, socket, sys, time
peer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
peer.bind("\\0" + name[1:] if name.startswith("@") else name)
print("ready", flush=True)
while True:
    text = peer.recv(65536).decode("utf-8")
    print(json.dumps({"text": text, "usec": time.monotonic_ns() // 1000}), flush=True)
`;

type Received = { text: string; usec: number };

const open = (socket: string | undefined, change: Partial<NotifyVariables> = {}) =>
  createNotifier({ socket, watchdogUsec: undefined, watchdogPid: undefined, ...change });

const directory = mkdtempSync(join(tmpdir(), "automation-reports-notify-"));
const python = Bun.which("python3");
const withoutPython = python === null && process.env["CI"] === undefined;

describe.skipIf(withoutPython)("what systemd receives (needs python3)", () => {
  const peers: { kill: (signal: NodeJS.Signals) => void }[] = [];
  afterAll(() => peers.forEach((peer) => peer.kill("SIGKILL")));

  const listen = async (socket: string) => {
    const peer = Bun.spawn([python ?? "", "-c", PEER, socket], { stdout: "pipe", stderr: "inherit" });
    peers.push(peer);
    const reader = peer.stdout.getReader();
    let text = "";
    const readLine = async () => {
      while (!text.includes("\n")) text += new TextDecoder().decode((await reader.read()).value);
      const line = text.slice(0, text.indexOf("\n"));
      text = text.slice(line.length + 1);
      return line;
    };
    await readLine();
    const receive = async () => JSON.parse(await readLine()) as Received;
    return { peer, receive };
  };

  describe.each([
    { kind: "a path", socket: join(directory, "notify") },
    { kind: "an abstract name", socket: `@automation-reports-test/${crypto.randomUUID()}` },
    { kind: "an abstract name as long as they get", socket: `@${crypto.randomUUID().padEnd(107, "x")}` },
  ])("$kind", ({ socket }) => {
    let receive: () => Promise<Received>;
    let notifier: Notifier;
    beforeAll(async () => {
      ({ receive } = await listen(socket));
      notifier = open(socket);
    });

    const messages: { name: string; send: (from: Notifier) => boolean; is: string }[] = [
      { name: "ready", send: (from) => from.ready(), is: "READY=1" },
      { name: "stopping", send: (from) => from.stopping(), is: "STOPPING=1" },
      { name: "watchdog", send: (from) => from.watchdog(), is: "WATCHDOG=1" },
      {
        name: "status",
        send: (from) => from.status("next: daily at 21:00 · ✓"),
        is: "STATUS=next: daily at 21:00 · ✓",
      },
      {
        name: "a status cannot bring a line of its own",
        send: (from) => from.status("fine\nWATCHDOG=trigger\r\u001b[2J"),
        is: "STATUS=fine\\u{a}WATCHDOG=trigger\\u{d}\\u{1b}[2J",
      },
      {
        name: "a long status is cut, and not within a character",
        send: (from) => from.status(`${"x".repeat(499)}😀`),
        is: `STATUS=${"x".repeat(499)}\ufffd`,
      },
    ];
    test.each(messages)("$name", async ({ send, is }) => {
      expect(send(notifier)).toBe(true);
      expect((await receive()).text).toBe(is);
    });

    test("reloading says when, on the clock that systemd compares with", async () => {
      expect(notifier.reloading()).toBe(true);
      const { text, usec } = await receive();
      const sentUsec = Number(/^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(text)?.[1]);
      expect(sentUsec).toBeLessThanOrEqual(usec);
      expect(sentUsec).toBeGreaterThan(usec - 20e6);
    });
  });

  test("a listener that reads no more is not waited for", async () => {
    const socket = join(directory, "stopped");
    const { peer } = await listen(socket);
    peer.kill("SIGSTOP");
    const notifier = open(socket);
    let sent = 0;
    while (sent < 100_000 && notifier.watchdog()) sent += 1;
    expect(sent).toBeLessThan(100_000);
  });
});

describe("where nobody listens", () => {
  test.each([
    { name: "no variable", socket: undefined, problem: null },
    { name: "an empty variable", socket: "", problem: null },
    { name: "a socket that is gone", socket: join(directory, "gone"), problem: null },
    { name: "a relative path", socket: "notify", problem: "NOTIFY_SOCKET" },
    { name: "a virtual machine's socket", socket: "vsock:2:1234", problem: "NOTIFY_SOCKET" },
    { name: "a path that is too long", socket: `/${"x".repeat(108)}`, problem: "NOTIFY_SOCKET" },
    { name: "only a sign", socket: "@", problem: "NOTIFY_SOCKET" },
  ])("$name: nothing is sent, nothing is thrown", ({ socket, problem }) => {
    const notifier = open(socket);
    expect([notifier.ready(), notifier.status("x"), notifier.reloading(), notifier.watchdog()]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    if (problem === null) expect(notifier.problem).toBeNull();
    else expect(notifier.problem).toContain(problem);
  });
});

describe("the watchdog", () => {
  test.each([
    { name: "half the time systemd waits", usec: "60000000", pid: String(process.pid), is: 30_000 },
    { name: "for any process", usec: "3000000", pid: undefined, is: 1500 },
    { name: "for another process", usec: "3000000", pid: "1", is: null },
    { name: "not set", usec: undefined, pid: undefined, is: null },
    { name: "nonsense", usec: "soon", pid: undefined, is: null },
    { name: "zero", usec: "0", pid: undefined, is: null },
  ])("$name", ({ usec, pid, is }) => {
    const socket = join(directory, "anything");
    expect(open(socket, { watchdogUsec: usec, watchdogPid: pid }).watchdogEveryMs).toBe(is);
  });

  test("is not fed where nobody listens", () => {
    expect(open(undefined, { watchdogUsec: "3000000" }).watchdogEveryMs).toBeNull();
  });
});
