import express from "express";
import { ConfigError, readConfig } from "@lacio/chassis/config";
import { serveHttp } from "@lacio/chassis/http";
import { createLog } from "@lacio/chassis/log";
import { permissions } from "@lacio/permissions/table";
import { keepStreams } from "./keep-streams.ts";
import { defaultAckWaitMs } from "./desired-state.ts";

// The provisioner as a process: /livez and /readyz, which says what is missing, on its ops port, until SIGTERM.
const config = configuration();
const log = createLog("provisioner", config.logLevel);
const { url, everyMs, ackWaitMs, replicas } = config;
const keeper = keepStreams({ url, permissions, log, everyMs, ackWaitMs, replicas });

const app = express();
app.disable("x-powered-by");
app.get("/livez", (_, res) => void res.send("ok"));
app.get("/readyz", (_, res) => {
  const problems = keeper.problems();
  res.status(problems.length > 0 ? 503 : 200).json({ ready: problems.length === 0, problems });
});
await serveHttp(app, config.opsPort, config.bindAddress);
log.info("started");
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => process.exit(0)); // whatever it was at is done again at the next start

function configuration() {
  try {
    return readConfig((env) => ({
      url: env.url("NATS_URL"),
      everyMs: env.number("PROVISION_EVERY_MS", 5_000, { min: 100 }),
      ackWaitMs: env.number("EVENT_ACK_WAIT_MS", defaultAckWaitMs, { min: 1_000 }),
      replicas: env.number("STREAM_REPLICAS", 1, { min: 1, max: 5 }),
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
