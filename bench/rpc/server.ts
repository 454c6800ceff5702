import http2 from "node:http2";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import { openKeys } from "@lacio/chassis/keys";
import { createLog } from "@lacio/chassis/log";
import { interceptors } from "@lacio/chassis/serve";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";

// An empty RPC, with all interceptors of a service ("ours") or without any ("bare").
const config = readConfig((env) => chassisConfig(env, "bench"));
const log = createLog("bench", config.logLevel);
const server = http2.createServer(
  connectNodeAdapter({
    routes: (router) => void router.service(BookingService, { getBooking: () => ({}) }),
    interceptors:
      process.argv[2] === "ours" ? interceptors({ config, log, keys: openKeys(config, log), ended: { has: async () => false } }) : [],
    acceptCompression: [],
  }),
);
server.listen(config.rpcPort, "127.0.0.1", () => process.send!("ready"));
