import dgram from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "@lacio/testkit/testing/until";
import { bootstrap } from "./bootstrap.ts";
import { testOptions } from "./testing/edge.ts";
import { freePorts, startEnvoy, type Envoy } from "./testing/envoy.ts";
import { fakeHttp, fakeServices, type FakeHttp, type FakeServices } from "./testing/services.ts";
import { extension } from "./typed.ts";

// A headless Service with two pods: its name has an address for each, for five minutes by its TTL.
const pods = ["127.0.0.1", "127.0.0.2"];
const dns = dgram.createSocket("udp4").on("message", (question, { port, address }) => dns.send(answerTo(question), port, address));
const second = net.createServer((socket) => {
  const first = net.connect(services.port, pods[0]);
  socket.pipe(first).pipe(socket);
  for (const [one, other] of [
    [socket, first],
    [first, socket],
  ] as const)
    one.on("error", () => other.destroy());
});

let dir: string;
let services: FakeServices;
let keys: FakeHttp;
let envoy: Envoy;
let admin: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lacio-edge-"));
  dns.bind(0, "127.0.0.1");
  await once(dns, "listening");
  services = await fakeServices();
  second.listen(services.port, pods[1]);
  await once(second, "listening");
  keys = await fakeHttp(() => ({ keys: [] }));
  const ports = await freePorts();
  admin = `http://127.0.0.1:${ports[2]}`;
  const options = await testOptions(dir, ports, services.port, keys.port);
  options.services.find(({ name }) => name === "booking")!.rpc = ["booking.lacio.test", services.port];
  const resolver = extension("envoy.network.dns_resolver.cares", "extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig", {
    resolvers: [{ socket_address: { address: "127.0.0.1", port_value: dns.address().port } }],
    dns_resolver_options: { no_default_search_domain: true },
  });
  envoy = await startEnvoy(dir, { ...bootstrap(options), typed_dns_resolver_config: resolver }, ports[1]);
});
afterAll(async () => {
  await envoy.stop();
  await Promise.all([services.stop(), keys.stop()]);
  second.close();
  dns.close();
  rmSync(dir, { recursive: true });
});

test("a pod whose name is gone gets no more calls, long before its TTL ends, though its health check passes", async () => {
  await until(async () => (await healthy()).length === 2, { timeoutMs: 60_000 });
  pods.pop();
  await until(async () => (await hosts()).length === 1, { timeoutMs: 60_000 });
  expect(await healthy()).toEqual(["127.0.0.1"]);
});

const hosts = async () => {
  const text = await (await fetch(`${admin}/clusters`)).text();
  return [...text.matchAll(/^booking::([\d.]+):\d+::health_flags::(.*)$/gm)].map(([, address, flags]) => ({ address, flags }));
};
const healthy = async () => (await hosts()).filter(({ flags }) => flags === "healthy").map(({ address }) => address);

/** RFC 1035: the question again, and an A record for each pod. */
function answerTo(question: Buffer): Buffer {
  const end = question.indexOf(0, 12) + 5; // header, name, type and class
  const asked = question.subarray(0, end);
  const addresses = asked.readUInt16BE(end - 4) === 1 ? pods : [];
  const head = Buffer.from(asked);
  head.writeUInt16BE(0x8180, 2); // an answer without error
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  const ttlSeconds = Buffer.from([0, 0, 1, 44]);
  const record = (address: string) =>
    Buffer.concat([Buffer.from([0xc0, 12, 0, 1, 0, 1]), ttlSeconds, Buffer.from([0, 4, ...address.split(".").map(Number)])]);
  return Buffer.concat([head, ...addresses.map(record)]);
}
