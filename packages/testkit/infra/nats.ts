import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { natsAccounts, withAdmin } from "@lacio/permissions/nats-accounts";
import { accountsConf, natsConf, type NatsSettings } from "@lacio/permissions/nats-conf";
import { permissions } from "@lacio/permissions/table";
import { atLeast, binary, versionOf } from "../programs/binaries.ts";
import { startChild } from "../processes/child.ts";
import { freePort } from "../processes/ports.ts";
import { until } from "../testing/until.ts";
import { passwords } from "./passwords.ts";
import type { InfraOptions, InfraServer, Nats } from "./servers.ts";

/** nats-server with JetStream. Unless `fsync` is false it syncs a message to the disk before its ack, as in production. */
export async function startNats(options: InfraOptions): Promise<Nats> {
  const { dir, fsync = true, supervise } = options;
  const program = await binary("nats-server");
  const [port, monitor] = [await freePort(), await freePort()];
  const syncAlways = fsync && atLeast(await versionOf(program), "2.10.0"); // older servers reject the setting
  const config = path.join(dir, "nats", "nats.conf");
  const settings = { listen: `127.0.0.1:${port}`, monitor: `127.0.0.1:${monitor}`, store: path.join(dir, "nats"), syncAlways };
  const { text, urlOf, logins } = configuration(options, port, settings);
  fs.mkdirSync(path.dirname(config), { recursive: true });
  const write = () => fs.writeFileSync(config, text(), { mode: 0o600 });
  write();
  const child = await startChild({
    name: "nats",
    command: program,
    args: ["-c", config],
    dir,
    ready: async (signal) => (await fetch(`http://127.0.0.1:${monitor}/healthz`, { signal })).ok,
    stopSignal: "SIGINT",
    supervise,
  });
  const apply = async () => {
    write();
    await reload(child, monitor);
  };
  return Object.assign(child, { url: urlOf(admin), urlOf, ...changing(logins, urlOf, apply), port });
}

/** A user's second login, and the end of one: in the configuration, which `apply` has the server read. */
export function changing(
  logins: Logins,
  urlOf: (login: string) => string,
  apply: () => Promise<void>,
): Pick<Nats, "addLogin" | "dropLogin"> {
  return {
    async addLogin(user, login) {
      logins.set(user, [...loginsOf(logins, user), login]);
      await apply();
      return urlOf(login);
    },
    async dropLogin(user, login) {
      const others = loginsOf(logins, user).filter((one) => one !== login);
      logins.set(user, others);
      await apply();
    },
  };
}

/** Of a user who has not the one of its own name alone. */
type Logins = Map<string, string[]>;
const loginsOf = (logins: Logins, user: string): string[] => logins.get(user) ?? [user];

/** Lets the server read its configuration again, and waits until it has. @throws when it goes on with the one before, as with an invalid one */
export async function reload(server: Pick<InfraServer, "kill">, monitor: number): Promise<void> {
  const loadedAt = async () => ((await (await fetch(`http://127.0.0.1:${monitor}/varz`)).json()) as Varz).config_load_time;
  const before = await loadedAt();
  await server.kill("SIGHUP");
  await until(async () => (await loadedAt()) !== before);
}

type Varz = { config_load_time: string };

export const admin = "admin";

/** nats.conf as `logins` has it now, and a login's address; `port` is the one that clients see. */
export function configuration(options: InfraOptions, port: number, settings: NatsSettings) {
  // Begins with a letter: clients that parse the whole URL take a password that begins with a digit for the port.
  const passwordOf = passwords(() => `p${randomBytes(18).toString("hex")}`);
  const logins: Logins = new Map();
  const accounts = () => {
    const accounts = natsAccounts(options.permissions ?? permissions, passwordOf, (user) => loginsOf(logins, user));
    return withAdmin(accounts, admin, passwordOf(admin));
  };
  const text = () => natsConf(settings, accountsConf(accounts()));
  return { text, logins, urlOf: (login: string) => `nats://${login}:${passwordOf(login)}@127.0.0.1:${port}` };
}
