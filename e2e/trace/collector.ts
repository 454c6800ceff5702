import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { spansOfJson, spansOfProtobuf, type Span } from "./spans.ts";

export type Collector = Awaited<ReturnType<typeof startCollector>>;

/** Stands in for an OpenTelemetry collector: OTLP over HTTP, JSON from the services and protobuf from the edge. */
export async function startCollector() {
  const spans: Span[] = [];
  const server = createServer((req, res) => {
    void (async () => {
      const binary = req.headers["content-type"] === "application/x-protobuf";
      const body = binary ? Buffer.concat(await req.toArray()) : await text(req);
      spans.push(...(typeof body === "string" ? spansOfJson(body) : spansOfProtobuf(body)));
      res.setHeader("content-type", "application/json").end("{}");
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    spans,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
