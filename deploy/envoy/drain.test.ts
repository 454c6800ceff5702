import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { drain } from "./drain.ts";

// Envoy's admin port as it is on a bad day: a stand-in answers with what is next, the last answer again and again.
type Answer = number | "503" | "reset";
let admin: http.Server;
let asked: string[];
afterEach(() => void admin.close());

async function answering(posts: Answer[], running: Answer[]): Promise<number> {
  asked = [];
  admin = http.createServer(({ method, url }, response) => {
    asked.push(`${method} ${url!.split("?", 1)[0]}`);
    const left = method === "POST" ? posts : running;
    const answer = left.length > 1 ? left.shift()! : left[0]!;
    if (answer === "reset") return void response.destroy();
    if (answer === "503") response.statusCode = 503;
    response.end(`http.edge.downstream_rq_active: ${answer}\n`);
  });
  await new Promise<void>((done) => admin.listen(0, "127.0.0.1", done));
  return (admin.address() as AddressInfo).port;
}

test("a question that fails counts as a request that still runs", async () => {
  const port = await answering([200], ["503", 1, "503", "reset", 2, 0]);
  await drain(port, 0, () => {});
  expect(asked).toEqual(["POST /healthcheck/fail", "POST /drain_listeners", ...Array<string>(6).fill("GET /stats")]);
});

test("an order that fails is said, and running requests are waited for all the same", async () => {
  const port = await answering(["503", "reset"], [1, 0]);
  const said: string[] = [];
  await drain(port, 0, (msg) => said.push(msg));
  expect(said.slice(0, 2)).toEqual([
    "draining: Envoy fails to do /healthcheck/fail: it answers with 503",
    expect.stringContaining("draining: Envoy fails to do /drain_listeners: "),
  ]);
  expect(asked.slice(2)).toEqual(["GET /stats", "GET /stats"]);
});

test("without anybody on the port there is nothing to drain", async () => {
  const port = await answering([200], [0]);
  await new Promise((done) => admin.close(done));
  await expect(drain(port, 600, () => {})).rejects.toThrow("ECONNREFUSED");
});
