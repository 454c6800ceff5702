import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { startIdentity } from "@lacio/testkit/identity";
import { freePort } from "@lacio/testkit/processes/ports";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { cpuPerCall } from "./cpu.ts";
import { caller, interleaved, load, median, ratio } from "./load.ts";
import type { Result } from "./report.ts";

const rounds = 7;
const inFlight = 16;

/** An empty RPC with the chassis' interceptors, compared with the same one on bare connect-node, each in its own process. */
export async function rpc(): Promise<Result> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-bench-"));
  const identity = await startIdentity(dir, ["payments"]);
  const children: ChildProcess[] = [];
  try {
    const subject = async (kind: "ours" | "bare") => {
      const port = await freePort();
      const child = start(kind, port, dir, identity.jwksFile);
      children.push(child);
      await once(child, "message");
      const client = caller(BookingService, `http://127.0.0.1:${port}`, identity.serviceToken("payments"));
      const call = () => client.getBooking({ bookingId });
      if ((await call()).booking) throw new Error("the empty answer is not empty");
      await load(inFlight, 1.5, call);
      return async () => {
        let rate = 0;
        const cpu = await cpuPerCall({ cpu: child.pid! }, async () => {
          const done = await load(inFlight, 0.8, call);
          rate = done.rate;
          return done.calls;
        });
        return { ...cpu, rate };
      };
    };
    const { ours, bare } = await interleaved(rounds, { ours: await subject("ours"), bare: await subject("bare") });
    return {
      bench: "rpc",
      figures: [
        { what: "bare connect-node: CPU of the server", value: median(bare.cpu!) * 1_000, unit: "µs/call" },
        { what: "with our interceptors: CPU of the server", value: median(ours.cpu!) * 1_000, unit: "µs/call" },
        { what: "CPU, ours / bare", value: ratio(ours.cpu!, bare.cpu!), unit: "x", atMost: 1.5 },
        { what: "rate, ours / bare", value: ratio(ours.rate!, bare.rate!), unit: "x" },
      ],
    };
  } finally {
    for (const child of children) child.kill();
    identity.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

const bookingId = "019c0000-0000-7000-8000-000000000001";

// Output goes to a file, as a container's does.
function start(kind: string, port: number, dir: string, jwks: string): ChildProcess {
  const output = fs.openSync(path.join(dir, `${kind}.log`), "a");
  const env = {
    ...process.env,
    RPC_PORT: String(port),
    SERVICE_TOKEN_JWKS: jwks,
    DATABASE_URL: "postgres://unused@127.0.0.1/unused",
    NATS_URL: "nats://127.0.0.1",
  };
  return fork(path.join(import.meta.dirname, "rpc/server.ts"), [kind], {
    execArgv: ["--import", "@lacio/chassis/telemetry-hook"],
    env,
    stdio: ["ignore", output, output, "ipc"],
  });
}
