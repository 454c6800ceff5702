import type net from "node:net";
import type pg from "pg";

/**
 * Breaks a connection to PostgreSQL on which nothing has moved for `ms`. A server that vanished, or a network that swallows packets,
 * says nothing: whoever waits for an answer would wait for as long as the kernel does, up to two hours.
 */
export function breakWhenSilent(client: pg.ClientBase, ms: number): void {
  const { stream } = (client as unknown as { connection: { stream: net.Socket } }).connection;
  stream.setTimeout(ms, () => stream.destroy(Object.assign(new Error("PostgreSQL has been silent for too long"), { code: "ETIMEDOUT" })));
}
