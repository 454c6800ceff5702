import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { generate } from "selfsigned";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { until } from "./testing/envoy.ts";

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.stop());

test("HTTP/2 is agreed on by ALPN, on TLS 1.2 or newer", async () => {
  expect(await handshake({ ALPNProtocols: ["h2", "http/1.1"] })).toMatchObject({
    alpn: "h2",
    version: "TLSv1.3",
    name: "localhost",
  });
  await expect(handshake({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" })).rejects.toThrow();
});

test("a new certificate is served without a restart", async () => {
  const pem = await generate([{ name: "commonName", value: "renewed" }], { keyType: "ec", algorithm: "sha256" });
  for (const [file, content] of [
    ["key.pem", pem.private],
    ["cert.pem", pem.cert],
  ] as const) {
    writeFileSync(join(edge.dir, `${file}.new`), content);
    renameSync(join(edge.dir, `${file}.new`), join(edge.dir, file));
  }
  await until(async () => (await handshake({})).name === "renewed");
  expect(await edge.call("GET /v1/services")).toMatchObject({ status: 200 }); // the open connection survives the rotation
});

function handshake(options: tls.ConnectionOptions): Promise<{ alpn: unknown; version: unknown; name: unknown }> {
  return new Promise((resolve, reject) => {
    const port = Number(new URL(edge.url).port);
    const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options }, () => {
      resolve({ alpn: socket.alpnProtocol, version: socket.getProtocol(), name: socket.getPeerCertificate().subject.CN });
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
