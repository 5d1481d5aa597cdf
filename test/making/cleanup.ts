/** Preloaded by `bun test`: whatever servers the tests started are gone when they end. */
import { afterAll } from "bun:test";
import { stopAllServers } from "./postgres-server.ts";

afterAll(stopAllServers);
