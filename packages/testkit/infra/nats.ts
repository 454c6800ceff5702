import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { atLeast, binary, versionOf } from "../programs/binaries.ts";
import { startChild } from "../processes/child.ts";
import { freePort } from "../processes/ports.ts";
import type { InfraOptions, Nats } from "./servers.ts";

/** nats-server with JetStream. Unless `fsync` is false it syncs a message to the disk before its ack, as in production. */
export async function startNats({ dir, fsync = true, supervise }: InfraOptions): Promise<Nats> {
  const program = await binary("nats-server");
  const [port, monitor] = [await freePort(), await freePort()];
  const password = natsPassword();
  const syncAlways = fsync && atLeast(await versionOf(program), "2.10.0"); // older servers reject the setting
  const config = path.join(dir, "nats", "nats.conf");
  fs.mkdirSync(path.dirname(config), { recursive: true });
  fs.writeFileSync(
    config,
    configuration({
      listen: `127.0.0.1:${port}`,
      monitor: `127.0.0.1:${monitor}`,
      password,
      store: path.join(dir, "nats"),
      syncAlways,
    }),
    { mode: 0o600 },
  );
  const child = await startChild({
    name: "nats",
    command: program,
    args: ["-c", config],
    dir,
    ready: async (signal) => (await fetch(`http://127.0.0.1:${monitor}/healthz`, { signal })).ok,
    stopSignal: "SIGINT",
    supervise,
  });
  return Object.assign(child, { url: `nats://lacio:${password}@127.0.0.1:${port}`, port });
}

// Begins with a letter: clients that parse the whole URL take a password that begins with a digit for the port.
export const natsPassword = () => `p${randomBytes(18).toString("hex")}`;

export const configuration = (o: { listen: string; monitor: string; password: string; store: string; syncAlways: boolean }) => `
server_name: lacio
listen: "${o.listen}"
http: "${o.monitor}"
authorization { user: lacio, password: "${o.password}" }
jetstream {
  store_dir: ${JSON.stringify(o.store)}
  max_mem: 64M
  max_file: 1G
  ${o.syncAlways ? "sync_interval: always" : ""}
}
`;
