import path from "node:path";
import { startChild } from "../processes/child.ts";
import { freePort } from "../processes/ports.ts";
import { answers } from "./postgres-client.ts";
import type { InfraOptions, Postgres } from "./servers.ts";
import { dataFolder, initialise, postgresProgram } from "./postgres-files.ts";

/** PostgreSQL from npm. Started by root it runs as `nobody`, because PostgreSQL refuses root. */
export async function startPostgres(options: InfraOptions): Promise<Postgres> {
  const { dir, fsync = true, supervise } = options;
  const program = await postgresProgram();
  const data = dataFolder(dir, program);
  const password = await initialise(program, data);
  const port = await freePort();
  const url = `postgres://lacio:${password}@127.0.0.1:${port}/postgres`;
  const child = await startChild({
    name: "postgres",
    command: path.join(program.native, "bin/postgres"),
    args: ["-D", path.join(data, "cluster"), "-p", String(port), "-c", "unix_socket_directories=", ...settings(fsync, "127.0.0.1")],
    cwd: "/", // `nobody` may have no access to the caller's working directory
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    ...program.as,
    dir,
    ready: () => answers(url),
    stopSignal: "SIGINT", // the fast shutdown; SIGTERM would wait for clients
    lastSignal: "SIGQUIT",
    supervise,
  });
  return Object.assign(child, { url, port });
}

/** Command-line settings of a small server; without `fsync` it may lose its data in a power failure. */
export const settings = (fsync: boolean, address: string) =>
  Object.entries({
    listen_addresses: address,
    max_connections: "200",
    shared_buffers: "16MB",
    max_wal_size: "256MB",
    fsync: fsync ? "on" : "off",
    full_page_writes: fsync ? "on" : "off",
    io_method: "sync", // no worker processes of its own
    jit: "off",
    max_logical_replication_workers: "0",
    log_lock_waits: "on",
    // Statements and the DETAIL of errors contain personal data: neither is logged, as in production.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_line_prefix: "%m [%p] %q%u@%d ",
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
