/** systemd's end of sd_notify: a datagram socket, which only Python can open here. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PYTHON = Bun.which("python3");

const PEER = `
import os, socket, sys, threading
# Ends with whoever started it, even behind a wrapper such as pyenv's.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
peer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
peer.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(peer.recv(65536).decode("utf-8").replace("\\n", " "), flush=True)
`;

export type NotifyPeer = {
  /** The variables of a unit with a watchdog of one second. */
  env: Record<string, string>;
  /** Every message so far, one line each. */
  heard: string[];
  /** Returns once a message has those words. */
  hears: (words: string) => Promise<void>;
  stop: () => Promise<void>;
};

export async function startNotifyPeer(): Promise<NotifyPeer> {
  const path = join(mkdtempSync(join(tmpdir(), "automation-reports-notify-")), "socket");
  const child = Bun.spawn([PYTHON ?? "python3", "-c", PEER, path], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const heard: string[] = [];
  const waiting = new Set<() => void>();
  void (async () => {
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = `${text}${chunk}`.split("\n");
      text = lines.pop() ?? "";
      heard.push(...lines);
      for (const look of waiting) look();
    }
  })();
  const hears = async (words: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (heard.some((line) => line.includes(words))) resolve();
    };
    waiting.add(look);
    look();
    await promise;
    waiting.delete(look);
  };
  await hears("listening");
  return {
    env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: "1000000" },
    heard,
    hears,
    stop: async () => {
      await child.stdin.end();
      await child.exited;
    },
  };
}
