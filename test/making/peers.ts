/** Servers that are not PostgreSQL: they accept a connection and then do what a broken one does. */

export type Peer = Disposable & {
  port: number;
  /** How often somebody connected. */
  calls: () => number;
};

type Conduct = { open?: (hangUp: () => void) => void; data?: (answer: (text: string) => void) => void };

/** What a PostgreSQL without TLS says to an SSLRequest. */
export const NO_TLS = "N";

export function startPeer({ open, data }: Conduct): Peer {
  let calls = 0;
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => {
        calls += 1;
        open?.(() => socket.end());
      },
      data: (socket) => data?.((text) => socket.write(text)),
    },
  });
  return { port: listener.port, calls: () => calls, [Symbol.dispose]: () => listener.stop(true) };
}
