import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GenericContainer, WaitStrategy } from "testcontainers";
import { probed, type ChildOptions } from "../processes/child.ts";
import { freePort } from "../processes/ports.ts";
import type { InfraOptions, Starters } from "./servers.ts";
import { admin as natsAdmin, changing, configuration as natsConfiguration, reload as reloadNats } from "./nats.ts";
import { settings as postgresSettings } from "./postgres.ts";
import { answers as postgresAnswers } from "./postgres-client.ts";
import { admin as redisAdmin, configuration as redisConfiguration, redisAnswers } from "./redis.ts";

const images = {
  postgres: process.env.LACIO_IMAGE_POSTGRES ?? "postgres:18",
  nats: process.env.LACIO_IMAGE_NATS ?? "nats:2.14",
  redis: process.env.LACIO_IMAGE_REDIS ?? "valkey/valkey:9",
  mail: process.env.LACIO_IMAGE_MAIL ?? "maildev/maildev:3.0.0",
};

/** The same servers in containers (any engine with Docker's API). They keep their data through kill and restart, not through stop. */
export const containers: Starters = { postgres, nats, redis, mail };

async function postgres({ dir, fsync = true }: InfraOptions) {
  const [port, password] = [await freePort(), secret()];
  const url = `postgres://lacio:${password}@127.0.0.1:${port}/postgres`;
  const container = await image("postgres", { 5432: port });
  container.withEnvironment({ POSTGRES_USER: "lacio", POSTGRES_DB: "postgres", POSTGRES_PASSWORD: password });
  container.withCommand(["postgres", ...postgresSettings(fsync, "*")]);
  return Object.assign(await run("postgres", container, dir, port, () => postgresAnswers(url)), { url });
}

async function nats(options: InfraOptions) {
  const [port, monitor] = [await freePort(), await freePort()];
  const container = await image("nats", { 4222: port, 8222: monitor });
  const { text, urlOf, logins } = natsConfiguration(options, port, {
    listen: "0.0.0.0:4222",
    monitor: "0.0.0.0:8222",
    store: "/data",
    syncAlways: options.fsync ?? true,
  });
  const target = "/lacio.conf";
  container.withCopyContentToContainer([{ content: text(), target }]).withCommand(["-c", target]);
  const ready: Ready = async (signal) => (await fetch(`http://127.0.0.1:${monitor}/healthz`, { signal })).ok;
  const server = await run("nats", container, options.dir, port, ready);
  const apply = async () => {
    await server.write(text(), target);
    await reloadNats(server, monitor);
  };
  return Object.assign(server, { url: urlOf(natsAdmin), urlOf, ...changing(logins, urlOf, apply) });
}

async function redis(options: InfraOptions) {
  const port = await freePort();
  const container = await image("redis", { 6379: port });
  const { text, urlOf } = redisConfiguration(options, port, { bind: "* -::*", port: 6379, dir: "/data" });
  container
    .withCopyContentToContainer([{ content: text, target: "/lacio.conf" }])
    .withCommand([images.redis.includes("valkey") ? "valkey-server" : "redis-server", "/lacio.conf"]);
  const url = urlOf(redisAdmin);
  return Object.assign(await run("redis", container, options.dir, port, () => redisAnswers(url)), { url, urlOf });
}

async function mail({ dir, mailPort }: InfraOptions) {
  const [smtp, web] = [await freePort(), await freePort(mailPort)];
  const container = await image("mail", { 1025: smtp, 1080: web });
  container.withEnvironment({ MAILDEV_SILENT: "true" });
  const ready: Ready = async (signal) => (await fetch(`http://127.0.0.1:${web}/api/healthz`, { signal })).ok;
  return Object.assign(await run("mail", container, dir, web, ready), {
    url: `http://127.0.0.1:${web}`,
    smtpUrl: `smtp://127.0.0.1:${smtp}`,
  });
}

const secret = () => randomBytes(18).toString("base64url");

/** Published on fixed ports of this machine, so that a restarted container answers at the same address. */
async function image(name: keyof typeof images, ports: Record<number, number>): Promise<GenericContainer> {
  const { GenericContainer } = await import("testcontainers");
  const exposed = Object.entries(ports).map(([container, host]) => ({ container: Number(container), host }));
  return new GenericContainer(images[name]).withExposedPorts(...exposed);
}

async function run(name: string, image: GenericContainer, dir: string, port: number, ready: Ready) {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const log = path.join(dir, "logs", `${name}.log`);
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const started = await image.withWaitStrategy(waitFor(ready)).start();
  const follow = async (since = 0) => void (await started.logs({ since })).pipe(fs.createWriteStream(log, { flags: "a" }));
  await follow();
  const container = (await getContainerRuntimeClient()).container.getById(started.getId());
  let pid = (await container.inspect()).State.Pid;
  let running = true;
  const isRunning = async () => (await container.inspect()).State.Running;
  return {
    name,
    port,
    log,
    get pid() {
      return pid;
    },
    get running() {
      return running;
    },
    kill: async (signal = "SIGKILL") => {
      await container.kill({ signal });
      while (signal === "SIGKILL" && (running = await isRunning())) await sleep(30);
    },
    restart: async () => {
      if (await isRunning()) await container.stop({ t: 10 });
      const now = Math.floor(Date.now() / 1000);
      await container.start();
      await follow(now);
      await untilReady(container, ready);
      pid = (await container.inspect()).State.Pid;
      running = true;
    },
    stop: async () => {
      running = false;
      await started.stop();
    },
    write: (content: string, target: string) => started.copyContentToContainer([{ content, target }]),
  };
}

/** Probes from the host, because an image may have no shell for testcontainers' own checks. */
function waitFor(ready: Ready): WaitStrategy {
  const strategy: WaitStrategy = {
    waitUntilReady: (container) => untilReady(container, ready),
    withStartupTimeout: () => strategy,
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => 60_000,
  };
  return strategy;
}

async function untilReady(container: Container, ready: Ready) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    if (await probed(ready)) return;
    if (!(await container.inspect()).State.Running) break;
  }
  const { Config, State } = await container.inspect();
  const end = await container.logs({ stdout: true, stderr: true, tail: 15 });
  throw new Error(
    `${Config.Image} ${State.Running ? "was not ready after 60 s" : `ended (code ${State.ExitCode}) while starting`}:\n\n${end.toString()}`,
  );
}

type Ready = ChildOptions["ready"];
type Container = Parameters<WaitStrategy["waitUntilReady"]>[0];
