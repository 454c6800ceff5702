import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { Redis } from "ioredis";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { until } from "../testing/until.ts";
import { startInfra } from "./index.ts";
import type { Infra } from "./servers.ts";
import { removeState } from "./postgres-files.ts";
import { addLogin, createDatabase, dropLogin } from "./databases.ts";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-infra-"));
let infra: Infra;

beforeAll(async () => {
  infra = await startInfra({ dir });
}, 90_000);

afterAll(async () => {
  const servers = [infra.postgres, infra.nats, infra.redis, infra.mail];
  await infra.stop();
  for (const { pid } of servers) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  removeState(dir);
});

describe("PostgreSQL", () => {
  test("keeps what was committed through kill -9, at the same address", async () => {
    const { ownerUrl: url } = await createDatabase(infra.postgres.url, "booking");
    await query(url, "create table kept (during tstzrange, chair int, exclude using gist (chair with =, during with &&))");
    await query(url, "insert into kept values ('[2026-01-01, 2026-01-02)', 1)");
    const before = infra.postgres.pid;
    await infra.postgres.kill("SIGKILL");
    await infra.postgres.restart();
    expect(infra.postgres.pid).not.toBe(before);
    expect(await query(url, "select chair from kept")).toEqual([{ chair: 1 }]);
  });

  test("closes each database to the other services", async () => {
    const [staff, users] = [await createDatabase(infra.postgres.url, "staff"), await createDatabase(infra.postgres.url, "users")];
    for (const url of [staff.url, staff.ownerUrl])
      for (const other of ["users", "postgres", "template1"])
        await expect(query(url.replace(/\/staff$/, `/${other}`), "select 1")).rejects.toThrow(/permission denied for database/);
    await expect(query(users.url.replace(/:[^:@]*@/, ":wrong@"), "select 1")).rejects.toThrow(/password authentication failed/);
  });

  test("can make the same database again: the data stays, the password changes", async () => {
    const first = await createDatabase(infra.postgres.url, "payments");
    await query(first.ownerUrl, "create table ledger (amount int)");
    const second = await createDatabase(infra.postgres.url, "payments");
    for (const url of [first.url, first.ownerUrl]) await expect(query(url, "select 1")).rejects.toThrow(/password authentication failed/);
    expect(await query(second.ownerUrl, "select * from ledger")).toEqual([]);
  });

  test("makes databases at the same time", async () => {
    const names = ["first", "second", "third", "first", "second", "third"];
    await Promise.all(names.map((name) => createDatabase(infra.postgres.url, name)));
  });

  test("changes a login for another one: both may do what was granted, until the first one goes", async () => {
    const { url, ownerUrl } = await createDatabase(infra.postgres.url, "staff");
    await query(ownerUrl, "create table skill (name text); grant select on skill to staff_running");
    const beside = await addLogin(infra.postgres.url, "staff", "staff_2027");
    for (const login of [url, beside]) expect(await query(login, "select * from skill")).toEqual([]);
    await dropLogin(infra.postgres.url, "staff");
    await expect(query(url, "select 1")).rejects.toThrow(/password authentication failed/);
    expect(await query(beside, "select * from skill")).toEqual([]);
  });

  test("takes over a database that its login owned", async () => {
    await query(infra.postgres.url, "create role invoice login password 'before'");
    await query(infra.postgres.url, "create database invoice owner invoice");
    await query(infra.postgres.url.replace(/[^/]*@/, "invoice:before@").replace(/postgres$/, "invoice"), "create table range (id int)");
    const { url, ownerUrl } = await createDatabase(infra.postgres.url, "invoice");
    await query(ownerUrl, "alter table range add column prefix text");
    await expect(query(url, "select * from range")).rejects.toThrow(/permission denied for table range/);
    await expect(query(url, "create table mine ()")).rejects.toThrow(/permission denied for schema public/);
  });

  test("logs the violated constraint without its values", async () => {
    const { ownerUrl: url } = await createDatabase(infra.postgres.url, "silence");
    await query(url, "create table person (email text constraint person_email_unique unique)");
    const insert = "insert into person values ('ana@example.com')";
    await query(url, insert);
    await expect(query(url, insert)).rejects.toThrow("person_email_unique");
    const log = () => fs.readFileSync(infra.postgres.log, "utf8");
    await until(() => log().includes("person_email_unique"));
    await query(url, "select 1"); // all lines about the error have been written by now
    expect(log()).not.toContain("ana@example.com");
  });

  test("logs deadlocks", async () => {
    const { ownerUrl: url } = await createDatabase(infra.postgres.url, "deadlocks");
    await query(url, "create table t (id int primary key, n int); insert into t values (1, 0), (2, 0)");
    const [a, b] = [new pg.Client(url), new pg.Client(url)];
    await Promise.all([a.connect(), b.connect()]);
    await Promise.all([a.query("begin; update t set n = 1 where id = 1"), b.query("begin; update t set n = 1 where id = 2")]);
    const crossed = await Promise.allSettled([a.query("update t set n = 2 where id = 2"), b.query("update t set n = 2 where id = 1")]);
    await Promise.all([a.end(), b.end()]);
    expect(crossed.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    await until(() => fs.readFileSync(infra.postgres.log, "utf8").includes("deadlock detected"));
  });
});

test("NATS keeps acknowledged messages through kill -9, and its clients find it again", async () => {
  const connection = await connect({ ...address(infra.nats.url), maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "BOOKING", subjects: ["booking.>"] });
  await jetstream(connection).publish("booking.created", "hello");
  const reconnected = statusOf(connection, "reconnect");
  await infra.nats.kill("SIGKILL");
  await infra.nats.restart();
  await reconnected;
  expect((await manager.streams.info("BOOKING")).state.messages).toBe(1);
  await connection.close();
});

test("NATS gets a second login for a user, and loses the first one: its connections end, those of others go on", async () => {
  const [old, others] = [infra.nats.urlOf("booking"), infra.nats.urlOf("payments")];
  const [booking, payments] = [await connect(address(old)), await connect(address(others))];
  const ended = statusOf(booking, "disconnect");
  const left: string[] = [];
  const second = await connect(address(await infra.nats.addLogin("booking", "booking_2")));
  for (const [name, connection] of Object.entries({ booking, payments, second }))
    void statusOf(connection, "disconnect").then(() => left.push(name));
  await booking.flush();
  expect(left).toEqual([]);
  await infra.nats.dropLogin("booking", "booking");
  await ended;
  await booking.close();
  await expect(connect(address(old))).rejects.toThrow("Authorization Violation");
  await Promise.all([second, payments].map((connection) => connection.flush()));
  expect(left).toEqual(["booking"]);
  await Promise.all([second, payments].map((connection) => connection.close()));
});

test("Redis comes back at the same address with nothing in it, and asks for its password", async () => {
  const redis = new Redis(infra.redis.url, { retryStrategy: () => 50 });
  redis.on("error", () => {});
  await redis.set("key", "value");
  await infra.redis.kill("SIGKILL");
  await infra.redis.restart();
  expect(await redis.get("key")).toBeNull();
  redis.disconnect();
  const stranger = new Redis({ port: infra.redis.port });
  stranger.on("error", () => {});
  await expect(stranger.get("key")).rejects.toThrow("NOAUTH");
  stranger.disconnect();
});

test("the mailbox keeps a mail through kill -9", async () => {
  await sendMail(Number(new URL(infra.mail.smtpUrl).port));
  await infra.mail.kill("SIGKILL");
  await infra.mail.restart();
  const found = (await (await fetch(`${infra.mail.url}/api/email?to.address=ana@example.com`)).json()) as unknown[];
  expect(found).toMatchObject([{ subject: "Hola" }]);
});

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

function address(text: string) {
  const { host, username, password } = new URL(text);
  return { servers: host, user: username, pass: password };
}

async function statusOf(connection: Awaited<ReturnType<typeof connect>>, wanted: string) {
  for await (const { type } of connection.status()) if (type === wanted) return;
}

async function sendMail(port: number) {
  const lines = [
    "EHLO x",
    "MAIL FROM:<salon@example.com>",
    "RCPT TO:<ana@example.com>",
    "DATA",
    "To: ana@example.com\r\nSubject: Hola\r\n\r\n¡Hola!\r\n.",
    "QUIT",
  ];
  const socket = net.connect(port, "127.0.0.1");
  for await (const answer of socket) {
    if (!/^[23]\d\d /m.test(String(answer))) continue;
    const next = lines.shift();
    if (next) socket.write(`${next}\r\n`);
  }
}
