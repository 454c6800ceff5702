import type { Supervisor } from "../processes/child.ts";

export interface InfraOptions {
  /** State, logs and pid files of this system. */
  dir: string;
  /** false, for fast tests: data survives kill -9, but not a power failure. */
  fsync?: boolean;
  supervise?: Supervisor;
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
  /** The superuser's address; the database `postgres`. Services get their own by `createDatabase`. */
  url: string;
}

export interface Nats extends InfraServer {
  url: string;
}

export interface Redis extends InfraServer {
  url: string;
}

export interface Mail extends InfraServer {
  /** The mailbox in a browser, and its REST interface under /api. */
  url: string;
  smtpUrl: string;
}

export interface Infra {
  postgres: Postgres;
  nats: Nats;
  redis: Redis;
  mail: Mail;
  stop(): Promise<void>;
}

/** Waits for servers that start in parallel. @throws the first failure, after the others have been stopped */
export async function together(starting: { [Name in keyof Omit<Infra, "stop">]: Promise<Infra[Name]> }): Promise<Infra> {
  const settled = await Promise.allSettled(Object.values(starting));
  const servers = settled.filter((one) => one.status === "fulfilled").map((one) => one.value as InfraServer);
  const stop = async () => void (await Promise.all(servers.map((server) => server.stop())));
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    postgres: await starting.postgres,
    nats: await starting.nats,
    redis: await starting.redis,
    mail: await starting.mail,
    stop,
  };
}
