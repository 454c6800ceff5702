import type { RequestListener } from "node:http";
import { HOST, OPS_PORT } from "$app/env/private";
import { serveHttp } from "@lacio/chassis/http";
import { collectDefaultMetrics } from "prom-client";
import { log } from "./log.ts";
import { register } from "./metrics.ts";

let draining = false;

/**
 * Opens the ops port: /livez; /readyz, 503 while draining; /metrics (Prometheus). Ends the process with 1 when it is taken.
 *
 * SvelteKit calls this before adapter-node listens, in the same turn of the event loop where HOST is an IP address: whoever is told "ready"
 * finds the pages' door open. A name as HOST is looked up first, and the pages' door may open a moment later.
 * At SIGTERM adapter-node takes no new connection, lets running requests finish for SHUTDOWN_TIMEOUT seconds, and says so. Then this port
 * closes, and the process ends: sessions with the services would keep it alive.
 */
export async function openOps(): Promise<void> {
  collectDefaultMetrics({ register });
  const ops = await serveHttp(answer, OPS_PORT, HOST).catch((error: unknown) => {
    log.fatal({ err: error }, "cannot start");
    process.exit(1);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => {
      draining = true;
      log.info("draining");
    });
  process.once("sveltekit:shutdown", async () => {
    await ops.stop();
    log.info("stopped");
    process.exit(0);
  });
}

const answer: RequestListener = async ({ url }, res) => {
  const send = (status: number, type: string, body: string) => res.writeHead(status, { "content-type": type }).end(body);
  switch (url?.split("?", 1)[0]) {
    case "/livez":
      return send(200, "text/plain", "ok");
    case "/readyz":
      return send(draining ? 503 : 200, "application/json", JSON.stringify({ ready: !draining, problems: draining ? ["draining"] : [] }));
    case "/metrics":
      return send(200, register.contentType, await register.metrics());
    default:
      return send(404, "text/plain", "not found");
  }
};
