import { expect, test } from "@jest/globals";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { execFile } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http2 from "node:http2";
import net from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { beforeTests } from "./before-tests.ts";
import { startSystem, type System } from "./system.ts";
import { adminToken, asService, clientFor, mails, signUp, sql, trustEdge, until } from "./testing.ts";

let system: System;

await beforeTests(
  async () => {
    system = await startSystem({ services: ["auth", "notification"], fsync: false });
    trustEdge(system);
  },
  async () => {
    if (!system) return;
    const pids = system.processes().map(({ pid }) => pid);
    await system.stop();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(fs.existsSync(system.dir)).toBe(false);
  },
);

test("people sign up at the service and are known at the edge", async () => {
  const ana = await signUp(system, { name: "Ana" });
  const sessions = await fetch(`${system.urls.edge}/v1/auth/sessions`, { headers: { authorization: `Bearer ${ana.accessToken}` } });
  expect(sessions.status).toBe(200);
  expect((await fetch(`${system.urls.edge}/v1/auth/sessions`)).status).toBe(401);
  expect(await sql(system, "auth", "select current_user::text as who")).toEqual([{ who: "auth_owner" }]);
  expect(new URL(system.environment("auth").DATABASE_URL!).username).toBe("auth");
});

test("the admin and the services have tokens that auth accepts", async () => {
  const admin = clientFor(AuthService, system, await adminToken(system));
  expect((await admin.listSessions({})).sessions.length).toBeGreaterThan(0);
  const { id, email } = await signUp(system);
  const users = clientFor(AuthService, system, asService("users", system));
  expect(await users.getRegistration({ accountId: id })).toMatchObject({ email });
});

test("another process can trust the edge by its certificate file, as the Stripe sandbox does", async () => {
  const script = `fetch("${system.urls.edge}/.well-known/jwks.json").then((answer) => console.log(answer.status))`;
  const env = { ...process.env, NODE_OPTIONS: "", NODE_EXTRA_CA_CERTS: system.certificate };
  expect((await promisify(execFile)(process.execPath, ["-e", script], { env })).stdout.trim()).toBe("200");
});

test("the ops port counts a service's jobs by kind, and lists those of a kind that are stuck", async () => {
  const shown = async (path: string) => (await (await fetch(`${system.urls["auth-ops"]}/jobs${path}`)).json()) as unknown;
  expect(await shown("")).toEqual(expect.arrayContaining([expect.objectContaining({ kind: "purge", dead: 0, failing: 0 })]));
  expect(await shown("/purge")).toEqual([]);
  await sql(system, "auth", "insert into job (kind, key, at, created_at, dead_at, error) values ('mail', 'a', now(), now(), now(), 'no')");
  expect(await shown("/mail")).toMatchObject([{ key: "a", error: "no", deadAt: expect.any(String) as unknown }]);
  await sql(system, "auth", "delete from job where kind = 'mail'");
});

test("a service that is told to stop says that it drains, and finishes the calls it has", async () => {
  const auth = system.process("auth");
  const session = http2.connect(system.urls.auth!);
  await once(session, "connect");
  const path = "/lacio.auth.v1.AuthService/RequestPasswordReset";
  const call = session.request({ ":method": "POST", ":path": path, "content-type": "application/json" });
  const answered = once(call, "response");
  call.write('{"email": ');
  await new Promise((resolve) => session.ping(resolve)); // after the PING's answer the server has read what was sent before
  await auth.kill("SIGTERM");
  const problems = await until(async () => {
    const ready = await fetch(`${system.urls["auth-ops"]}/readyz`);
    return ready.status === 503 && ((await ready.json()) as { problems: string[] }).problems;
  });
  expect(problems).toEqual(["draining"]);
  call.end('"nobody@example.com"}');
  const [headers] = (await answered) as [http2.IncomingHttpHeaders];
  expect(headers[":status"]).toBe(200);
  call.resume();
  await until(() => !auth.running);
  await auth.restart();
});

test("a service that was killed comes back on its port, with what the test adds to its environment", async () => {
  const auth = system.process("auth");
  const starts = () => system.logs("auth").match(/"ready"/g)?.length;
  await until(() => starts() === 2); // log lines are buffered: a killed process loses its last ones
  const before = auth.pid;
  await auth.kill("SIGKILL");
  await expect(fetch(`${system.urls["auth-ops"]}/livez`)).rejects.toThrow();
  await auth.restart({ LOG_LEVEL: "debug" });
  expect(auth.pid).not.toBe(before);
  const { email } = await until(() => signUp(system));
  expect(email).toContain("@");
  expect(starts()).toBe(3);
});

test("a mail is found with its attachment, byte for byte", async () => {
  await sendMail("ana@example.com");
  const mail = await until(async () => (await mails(system, "ana@example.com"))[0]);
  expect(mail).toMatchObject({ subject: "Tu factura", from: "salon@example.com", text: expect.stringContaining("¡Hola!") });
  expect(mail.attachments).toEqual([{ name: "factura.pdf", contentType: "application/pdf", bytes: Buffer.from("%PDF-1.7 ñ") }]);
  expect(await mails(system, "nobody@example.com")).toEqual([]);
});

test("a second start in the same directory is refused, and stops nothing of the first", async () => {
  const script = `import { startSystem } from ${JSON.stringify(path.join(import.meta.dirname, "system.ts"))}; await startSystem({ dir: ${JSON.stringify(system.dir)} });`;
  const file = path.join(system.dir, "second.mjs");
  fs.writeFileSync(file, script);
  await expect(promisify(execFile)(process.execPath, [file], { env: { ...process.env, NODE_OPTIONS: "" } })).rejects.toThrow(
    "A system already runs",
  );
  expect(system.process("nats").running).toBe(true);
});

async function sendMail(to: string) {
  const boundary = "b1";
  const message = [
    `From: salon@example.com\r\nTo: ${to}\r\nSubject: Tu factura\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=${boundary}\r\n`,
    `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n¡Hola!`,
    `--${boundary}\r\nContent-Type: application/pdf; name=factura.pdf\r\nContent-Disposition: attachment; filename=factura.pdf\r\nContent-Transfer-Encoding: base64\r\n`,
    Buffer.from("%PDF-1.7 ñ").toString("base64"),
    `--${boundary}--\r\n.`,
  ].join("\r\n");
  const lines = ["EHLO x", "MAIL FROM:<salon@example.com>", `RCPT TO:<${to}>`, "DATA", message, "QUIT"];
  const socket = net.connect(Number(new URL(system.urls.smtp!).port), "127.0.0.1");
  for await (const answer of socket) {
    const next = /^[23]\d\d /m.test(String(answer)) && lines.shift();
    if (next) socket.write(`${next}\r\n`);
  }
}
