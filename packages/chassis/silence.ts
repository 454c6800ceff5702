import type net from "node:net";
import type pg from "pg";

/**
 * Destroys a connection to PostgreSQL after `ms` milliseconds without traffic. A host that vanished, or a network that drops packets,
 * sends no RST: a query would wait for as long as the kernel does, up to two hours (tcp(7), tcp_keepalive_time).
 */
export function breakWhenSilent(client: pg.ClientBase, ms: number): void {
  const { stream } = (client as unknown as { connection: { stream: net.Socket } }).connection;
  stream.setTimeout(ms, () => stream.destroy(Object.assign(new Error("PostgreSQL has been silent for too long"), { code: "ETIMEDOUT" })));
}
