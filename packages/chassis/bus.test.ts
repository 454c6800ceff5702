import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import { expect, test } from "@jest/globals";
import pino from "pino";
import { openBus } from "./bus.ts";

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
  const bus = await openBus({ natsUrl, service: "auth" }, pino({ level: "silent" }));
  expect(taken).toBe(2);
  await bus.nc.close();
  broker.close();
}, 15_000);

test("a password that is refused again and again is tried again: it may be one that is being changed", async () => {
  let taken = 0;
  const broker = net.createServer((socket) => {
    taken++;
    const refused = taken > 1 && taken < 5;
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      if (bytes.includes("PING")) socket.write(refused ? "-ERR 'Authorization Violation'\r\n" : "PONG\r\n", () => refused && socket.end());
      if (taken === 1 && bytes.includes("PUB")) socket.destroy();
    });
    socket.write(greeting);
  });
  await once(broker.listen(0, "127.0.0.1"), "listening");
  const natsUrl = `nats://127.0.0.1:${(broker.address() as AddressInfo).port}`;
  const bus = await openBus({ natsUrl, service: "auth" }, pino({ level: "silent" }));
  const again = new Promise<void>((resolve) => bus.onReconnect(resolve));
  bus.nc.publish("auth.email_verified");
  await again;
  expect(taken).toBe(5);
  await bus.nc.close();
  broker.close();
}, 15_000);
