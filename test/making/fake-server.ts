/** A PostgreSQL server that says what a script tells it to, over a real socket. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** One connection, seen from the server's side. Where the client has gone, waiting and sending end at once. */
export type FakeClient = {
  send: (...messages: Uint8Array[]) => Promise<void>;
  /** Answers an SSLRequest with No, and waits for the startup message; empty where the client has gone. */
  startup: () => Promise<Buffer>;
  /** All bytes up to the end of the next message that wants an answer; empty where the client has gone. */
  turn: () => Promise<Buffer>;
  /** What has come, whatever it is. */
  bytes: () => Promise<Buffer>;
  hasGone: () => boolean;
  /** Resolves when it has gone. */
  silence: () => Promise<void>;
  hangUp: (how: "end" | "reset") => void;
};

export type Script = (client: FakeClient) => Promise<void>;
export type FakeServer = AsyncDisposable & {
  port: number;
  calls: () => number;
  /** Takes no connection any more; those it has go on. */
  close: () => void;
};

const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;
/** Query, Sync, Flush and a password want an answer. */
const ASKING = new Set("QSHp");

export async function startFakeServer(script: Script): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    void script(serve(socket)).then(() => socket.end());
  }).listen(0, "0.0.0.0");
  await once(server, "listening");
  const gone = once(server, "close");
  return {
    port: (server.address() as AddressInfo).port,
    calls: () => calls,
    close: () => void server.close(),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) server.close();
      await gone;
    },
  };
}

function serve(socket: Socket): FakeClient {
  let received: Buffer = Buffer.alloc(0);
  let wake = () => {};
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("close", () => wake());
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  const more = async () => {
    if (socket.destroyed || socket.readableEnded) return;
    await new Promise<void>((resolve) => (wake = resolve));
  };
  const take = (length: number): Buffer => {
    const taken = received.subarray(0, length);
    received = received.subarray(length);
    return taken;
  };
  const client: FakeClient = {
    send: async (...messages) => {
      if (socket.destroyed) return;
      if (!socket.write(Buffer.concat(messages))) await Promise.race([once(socket, "drain").catch(() => {}), gone]);
    },
    startup: async () => {
      for (;;) {
        while (received.length < 8 && !socket.destroyed) await more();
        if (received.length < 8) return take(0);
        const code = received.readUInt32BE(4);
        const taken = take(received.readUInt32BE(0));
        if (code === CANCEL_REQUEST) socket.destroy();
        if (code !== SSL_REQUEST) return taken;
        socket.write("N");
      }
    },
    turn: async () => {
      for (;;) {
        let end = 0;
        while (received.length >= end + 5 && received.length > end + received.readUInt32BE(end + 1)) {
          const type = String.fromCharCode(received[end] ?? 0);
          end += 1 + received.readUInt32BE(end + 1);
          if (ASKING.has(type)) return take(end);
        }
        if (socket.destroyed || socket.readableEnded) return Buffer.alloc(0);
        await more();
      }
    },
    bytes: async () => {
      if (received.length === 0) await more();
      return take(received.length);
    },
    hasGone: () => socket.destroyed,
    silence: async () => await gone,
    hangUp: (how) => void (how === "end" ? socket.end() : socket.resetAndDestroy()),
  };
  return client;
}
