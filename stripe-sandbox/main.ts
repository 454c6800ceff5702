import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sandboxApp } from "./app.ts";
import { expireDueSessions } from "./checkout/expire-session.ts";
import { readConfig, WrongSettings } from "./config.ts";
import { openStore } from "./store.ts";
import { deliverEvents } from "./webhooks/deliver-events.ts";

const config = configuration();
const server = createServer();

// The port is the lock on the data directory, so it is taken before the store is opened.
server.listen(config.port, config.bindAddress, () => {
  const store = openStore(config.dataDir);
  const deliverer = deliverEvents(config, store);
  const clock = setInterval(() => expireDueSessions(store, Math.floor(Date.now() / 1000)), 1000);
  server.on("request", sandboxApp({ config, store }, deliverer));
  log({ msg: "stripe-sandbox is listening", port: (server.address() as AddressInfo).port, webhookUrl: config.webhookUrl.href });

  const end = () => {
    clearInterval(clock);
    deliverer.stop();
    server.close(() => {
      store.close();
      log({ msg: "stripe-sandbox has ended" });
      process.exit(0);
    });
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 3000).unref();
  };
  process.once("SIGTERM", end).once("SIGINT", end);
});

/** Wrong settings end the process with 78, EX_CONFIG of sysexits(3), as they do a service. */
function configuration() {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    process.stderr.write(`stripe-sandbox: ${error.message}\n`);
    process.exit(78);
  }
}

function log(line: object): void {
  console.log(JSON.stringify({ level: 30, time: Date.now(), name: "stripe-sandbox", ...line }));
}
