import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import { expect, test } from "@jest/globals";
import pino from "pino";
import { openBus } from "./bus.ts";
import type { ChassisConfig } from "./config.ts";

const greeting = `INFO ${JSON.stringify({ server_id: "fake", version: "2.15.0", proto: 1, headers: true, max_payload: 1_048_576 })}\r\n`;

// A fake broker, because the real one can't be killed between INFO and PONG.
test("a broker that dies during the handshake is connected to again within seconds", async () => {
  let taken = 0;
  const answer = (socket: Socket, words: string) => {
    if (taken === 1 && words.includes("CONNECT")) return socket.destroy();
    if (words.includes("PING")) socket.write("PONG\r\n");
  };
  const broker = net.createServer((socket) => {
    taken++;
    socket.on("error", () => {});
    socket.on("data", (bytes) => answer(socket, bytes.toString()));
    socket.write(greeting);
  });
  await once(broker.listen(0, "127.0.0.1"), "listening");
  const natsUrl = `nats://127.0.0.1:${(broker.address() as AddressInfo).port}`;
  const bus = await openBus({ natsUrl, service: "auth" } as ChassisConfig, pino({ level: "silent" }));
  expect(taken).toBe(2);
  await bus.nc.close();
  broker.close();
}, 15_000);
