import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test } from "@jest/globals";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { createPeers } from "./clients.ts";
import { chassisConfig, Env } from "./config.ts";
import { answerErrors, isOutage, Refusal } from "./errors.ts";
import { createLog } from "./log.ts";

const stops: (() => unknown)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

/** A peer on a real port. It resets the connection of the first `dying` calls; with `ending` each connection gets a GOAWAY at its first call. */
async function peer(handler: Partial<ServiceImpl<typeof BookingService>>, { dying = 0, ending = false } = {}) {
  let calls = 0;
  const answer = connectNodeAdapter({
    routes: (router) => void router.service(BookingService, handler),
    interceptors: [answerErrors(createLog("test", "silent"))],
  });
  const server = http2.createServer((req, res) => {
    if (ending) req.stream.session?.close();
    if (++calls > dying) return answer(req, res);
    req.stream.session?.socket?.resetAndDestroy?.();
    req.stream.session?.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const env = {
    DATABASE_URL: "postgres://x/y",
    NATS_URL: "nats://x",
    BOOKING_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  const peers = createPeers(chassisConfig(new Env(env), "test"));
  stops.push(
    () => peers.close(),
    () => server.close(),
  );
  return { client: peers.client(BookingService), calls: () => calls };
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => ConnectError.from(error),
  );

describe("a call to a peer", () => {
  test("whose connection breaks fails as unavailable, without the transport's message", async () => {
    const { client, calls } = await peer({}, { dying: Infinity });
    const error = await failure(client.cancelBooking({ bookingId: "x" }));
    expect([Code[error!.code], error!.rawMessage, isOutage(error)]).toEqual(["Unavailable", "try again shortly", true]);
    expect(calls()).toBe(1); // not retried: it may have taken effect, and the method is not idempotent
  });

  test("that is down fails as unavailable, without its address", async () => {
    const { client } = await peer({});
    stops.pop()!();
    const error = await failure(client.cancelBooking({ bookingId: "x" }));
    expect([Code[error!.code], error!.rawMessage]).toEqual(["Unavailable", "try again shortly"]);
  });

  test("is retried when the method has no side effects", async () => {
    const { client, calls } = await peer({ getBooking: () => ({}) }, { dying: 2 });
    await client.getBooking({ bookingId: "x" });
    expect(calls()).toBe(3);
  });

  test("is retried when the peer refused the stream after its GOAWAY", async () => {
    const { client, calls } = await peer({ cancelBooking: () => ({}) }, { ending: true });
    for (let round = 0; round < 20; round++) await Promise.all([1, 2, 3].map(() => client.cancelBooking({ bookingId: "x" })));
    expect(calls()).toBe(60);
  });

  test("passes on a refusal unchanged", async () => {
    const { client } = await peer({
      cancelBooking: () => {
        throw new Refusal("booking_changed", "Look at it again.", Code.Aborted);
      },
    });
    const error = await failure(client.cancelBooking({ bookingId: "x" }));
    expect([Code[error!.code], error!.findDetails(ErrorInfoSchema)[0]?.reason]).toEqual(["Aborted", "booking_changed"]);
  });
});
