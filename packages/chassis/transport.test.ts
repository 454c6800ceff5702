import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { openSession } from "./transport.ts";

test("a call that races with a GOAWAY uses another connection, and no unhandled error ends the process", async () => {
  const server = http2.createServer((_, res) => res.end()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = openSession(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {});
  const call = async () => {
    const stream = await session.request("GET", "/", {}, {});
    const connection = stream.session as http2.ClientHttp2Session;
    await once(stream.resume(), "close");
    return connection;
  };
  const accepted = once(server, "session");
  const first = await call();
  const [ending] = (await accepted) as [http2.ServerHttp2Session];
  const next = new Promise((resolve, reject) => first.once("goaway", () => void call().then(resolve, reject)));
  const closed = new Promise((resolve) => first.once("close", resolve));
  ending.close();
  expect(await next).not.toBe(first);
  await closed;
  session.abort();
  server.close();
}, 10_000);
