import express from "express";
import { ConfigError, readConfig } from "@lacio/chassis/config";
import { serveHttp } from "@lacio/chassis/http";
import { createLog } from "@lacio/chassis/log";
import { permissions } from "@lacio/permissions/table";
import { keepStreams } from "./keep-streams.ts";
import { defaultAckWaitMs } from "./desired-state.ts";

/**
 * Keeps the streams, and opens the ops port: /livez and /readyz, which says what is missing. Ends the process with 78 when the configuration
 * is wrong (EX_CONFIG of sysexits(3)).
 */
export async function runProvisioner(): Promise<void> {
  const { opsPort, bindAddress, logLevel, ...wishes } = configuration();
  const log = createLog("provisioner", logLevel);
  const keeper = keepStreams({ permissions, log, ...wishes });

  const app = express();
  app.disable("x-powered-by");
  app.get("/livez", (_, res) => void res.send("ok"));
  app.get("/readyz", (_, res) => {
    const problems = keeper.problems();
    res.status(problems.length > 0 ? 503 : 200).json({ ready: problems.length === 0, problems });
  });
  await serveHttp(app, opsPort, bindAddress);
  log.info("started");
}

function configuration() {
  try {
    return readConfig((env) => ({
      url: env.url("NATS_URL"),
      everyMs: env.number("PROVISION_EVERY_MS", 5_000, { min: 100 }),
      ackWaitMs: env.number("EVENT_ACK_WAIT_MS", defaultAckWaitMs, { min: 1_000 }),
      replicas: Number(env.list("STREAM_REPLICAS", ["1", "3", "5"], [])[0]) || undefined,
      opsPort: env.number("OPS_PORT", 9090, { max: 65535 }),
      bindAddress: env.text("BIND_ADDRESS", "0.0.0.0"),
      logLevel: env.text("LOG_LEVEL", "info"),
    }));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`provisioner: ${error.message}\n`);
    process.exit(78);
  }
}
