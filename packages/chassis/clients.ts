import { readFile } from "node:fs/promises";
import type { DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Client, type Interceptor } from "@connectrpc/connect";
import type { Http2SessionManager } from "@connectrpc/connect-node";
import pRetry from "p-retry";
import { currentSignal } from "./call-context.ts";
import type { ChassisConfig } from "./config.ts";
import { nameOutages } from "./outages.ts";
import { traceCalled } from "./trace.ts";
import { openSession, transportOver } from "./transport.ts";

const sessionOptions = { pingIntervalMs: 20_000, pingTimeoutMs: 5_000, idleConnectionTimeoutMs: 300_000 };

/**
 * Clients of the other services: one h2c session each, this service's token, a deadline (CALL_TIMEOUT_MS) on every call.
 * Calls throw a ConnectError: a peer's refusal with its reason, or `unavailable` while the peer is down.
 */
export function createPeers(config: ChassisConfig) {
  const sessions: Http2SessionManager[] = [];
  const interceptors = [traceCalled, followCaller, retryIdempotent, authenticate(config), nameOutages];
  return {
    client<S extends DescService>(service: S): Client<S> {
      const session = openSession(config.peer(service.typeName.split(".")[1]!), sessionOptions);
      sessions.push(session);
      return createClient(service, transportOver(session, { interceptors, defaultTimeoutMs: config.callTimeoutMs }));
    },
    close: () => sessions.forEach((session) => session.abort()),
  };
}

// Cancellation and deadline propagate: when our caller's call is aborted, the calls made on its behalf are, too.
const followCaller: Interceptor = (next) => (req) => {
  const signal = currentSignal();
  return next(signal ? { ...req, signal: AbortSignal.any([req.signal, signal]) } : req);
};

// Without an idempotency level in its proto a method is not retried here: the failed call may have taken effect. (What the peer refused to
// begin is, in transport.ts.)
const retryIdempotent: Interceptor = (next) => async (req) => {
  if (req.stream || req.method.idempotency === MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN) return next(req);
  const transient = ({ error }: { error: unknown }) => ConnectError.from(error).code === Code.Unavailable && !req.signal.aborted;
  return pRetry(() => next(req), { retries: 2, minTimeout: 50, maxTimeout: 300, randomize: true, shouldRetry: transient });
};

// The kubelet rotates a token after 80 % of its lifetime, which is at least ten minutes: reading the file once a minute is often enough.
function authenticate(config: ChassisConfig): Interceptor {
  let token = "";
  let readAt = 0;
  return (next) => async (req) => {
    if (config.serviceTokenFile && Date.now() - readAt > 60_000) {
      token = (await readFile(config.serviceTokenFile, "utf8")).trim();
      readAt = Date.now();
    }
    if (token) req.header.set("authorization", `Bearer ${token}`);
    return next(req);
  };
}
