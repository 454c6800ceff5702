import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startEdge, type TestEdge } from "./testing/edge.ts";

// A web that stops: it answers the first request of a connection, and closes it when the second is there.
const seen: string[] = [];
const used = new WeakSet<Socket>();
const web = http.createServer((request, response) => {
  const { method, url, socket } = request;
  seen.push(`${method} ${url}`);
  if (used.has(socket)) {
    if (url === "/half") response.write("half of it", () => socket.destroy());
    else socket.destroy();
    return;
  }
  used.add(socket);
  response.end(`${method} ${url}`);
});
let edge: TestEdge;
beforeAll(async () => {
  await new Promise<void>((done) => web.listen(0, "127.0.0.1", done));
  edge = await startEdge({ web: ["127.0.0.1", (web.address() as AddressInfo).port] });
});
afterAll(async () => {
  await edge.stop();
  web.closeAllConnections();
  web.close();
});

/** Of this request, on a connection that has been used. */
async function timesSent(line: string, accepted: (answer: Promise<{ status: number }>) => Promise<void>): Promise<number> {
  await edge.call("GET /first");
  await accepted(edge.call(line));
  return seen.filter((request) => request === line).length;
}

test.each(["GET /reservas", "HEAD /"])("%s is sent again when its connection ends before an answer", async (line) => {
  const times = await timesSent(line, (answer) => expect(answer).resolves.toMatchObject({ status: 200 }));
  expect(times).toBe(2);
});

test.each(["POST /reservas/r1/cancelar", "POST /entrar"])("%s is not: it may have been done", async (line) => {
  const times = await timesSent(line, (answer) => expect(answer).resolves.toMatchObject({ status: 503 }));
  expect(times).toBe(1);
});

test("nor is a GET whose answer has begun", async () => {
  expect(await timesSent("GET /half", (answer) => expect(answer).rejects.toThrow())).toBe(1);
});
