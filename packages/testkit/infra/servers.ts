import type { Permissions } from "@lacio/chassis/permissions";
import type { Supervisor } from "../processes/child.ts";

export interface InfraOptions {
  /** State, logs and pid files of this system. */
  dir: string;
  /** false, for fast tests: data survives kill -9, but not a power failure. */
  fsync?: boolean;
  supervise?: Supervisor;
  /** Of whom NATS and Redis have accounts and users; Lacio's services by default. */
  permissions?: Record<string, Permissions>;
  /** The preferred port of the mailbox's page; the next free one when it is taken. */
  mailPort?: number;
}

/** A server that can be killed at any moment and started again with the same address and data. */
export interface InfraServer {
  readonly name: string;
  readonly pid: number;
  readonly running: boolean;
  readonly port: number;
  readonly log: string;
  kill(signal?: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface Postgres extends InfraServer {
  /** The superuser's address; the database `postgres`. Services get their own by `createDatabase` of databases.ts. */
  url: string;
}

export interface Nats extends InfraServer {
  /** An administrator's address, for tests: may do everything in the account with the streams. */
  url: string;
  /** A service's address, or the provisioner's. */
  urlOf(user: string): string;
  /** In the configuration, which the server then reads again: a second login with the rights of the user. Answers its address. */
  addLogin(user: string, login: string): Promise<string>;
  /** The same way: from now on the login is refused, and its connections are ended. */
  dropLogin(user: string, login: string): Promise<void>;
}

export interface Redis extends InfraServer {
  /** An administrator's address, for tests. */
  url: string;
  /** A service's address. */
  urlOf(user: string): string;
}

export interface Mail extends InfraServer {
  /** The mailbox in a browser, and its REST interface under /api. */
  url: string;
  smtpUrl: string;
}

export interface Servers {
  postgres: Postgres;
  nats: Nats;
  redis: Redis;
  mail: Mail;
}
export type ServerName = keyof Servers;
export type Starters = { [Name in ServerName]: (options: InfraOptions) => Promise<Servers[Name]> };

/** Servers that were started together, all four by default. */
export type Infra<Name extends ServerName = ServerName> = Pick<Servers, Name> & { stop(): Promise<void> };

/** Starts servers in parallel. @throws the first failure, after the others have been stopped */
export async function together<Name extends ServerName>(start: Starters, names: Name[], options: InfraOptions): Promise<Infra<Name>> {
  const settled = await Promise.allSettled<InfraServer>(names.map((name) => start[name](options)));
  const servers = settled.filter((one) => one.status === "fulfilled").map((one) => one.value);
  const stop = async () => void (await Promise.all(servers.map((server) => server.stop())));
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { ...Object.fromEntries(names.map((name, index) => [name, servers[index]])), stop } as Infra<Name>;
}
