/**
 * A socket that shows the client library only what PostgreSQL's protocol allows. The library trusts a server: what is
 * malformed, endless or gigantic would throw where nobody listens, or take all memory.
 */
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { Screen } from "./screen.ts";

/** What the client library and we ourselves use of a socket. */
export class GuardedSocket extends EventEmitter {
  /** Why the server was not listened to any longer; null while it is. */
  refusal: unknown = null;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #screen: Screen | null;

  /** Without a screen nothing that the server says is passed on, and no error: of it comes a close. */
  constructor(socket: Socket, screen: Screen | null) {
    super();
    this.#socket = socket;
    this.#screen = screen;
    // The library stops listening, and an error without a listener would end the process.
    this.on("error", () => {});
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error) => screen !== null && this.emit("error", error));
    socket.on("drain", () => this.emit("drain"));
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        // As if without an error: told of one, the library forgets a statement that was sent between the error and the close.
        this.emit("close", false);
        resolve();
      });
    });
  }

  get readyState(): string {
    return this.#socket.readyState;
  }

  write(bytes: Buffer, done?: (error?: Error | null) => void): boolean {
    this.#screen?.sent(bytes);
    return this.#socket.write(bytes, done);
  }

  end(bytes: Buffer): void {
    this.#socket.end(bytes);
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }

  /** Ends when its last byte is sent. */
  destroySoon(): void {
    this.#socket.destroySoon();
  }

  setKeepAlive(enable: boolean, delayMs: number): void {
    this.#socket.setKeepAlive(enable, delayMs);
  }

  override removeAllListeners(): this {
    super.removeAllListeners();
    return this.on("error", () => {});
  }

  #receive(chunk: Buffer): void {
    if (this.refusal !== null || this.#screen === null) return;
    try {
      for (const message of this.#screen.received(chunk)) this.emit("data", message);
    } catch (error) {
      this.refusal = error;
      this.#socket.destroy(error instanceof Error ? error : undefined);
    }
  }
}
