import http2 from "node:http2";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import { compressionGzip, connectNodeAdapter } from "@connectrpc/connect-node";
import { createValidateInterceptor } from "@connectrpc/validate";
import { Health, HealthCheckResponse_ServingStatus as Serving } from "@lacio/proto/grpc/health/v1/health";
import { validator } from "@lacio/proto/validator";
import { caller, checkAccess } from "./access.ts";
import type { ChassisConfig } from "./config.ts";
import type { Database } from "./db.ts";
import type { EndedSessions } from "./ended-sessions.ts";
import { answerErrors, invalid } from "./errors.ts";
import { replayAnswers } from "./idempotency.ts";
import type { KeySets } from "./keys.ts";
import type { Log } from "./log.ts";
import { observeRpc } from "./metrics.ts";
import { serveReflection } from "./reflection.ts";
import { isRoutine, traceServed } from "./trace.ts";
import { cleanRequests, type Clean } from "./written.ts";

export type Routes = (router: ConnectRouter) => void;
type Needs = { config: ChassisConfig; db: Database; log: Log; keys: KeySets; ended: EndedSessions; clean?: Clean };

/** The interceptors of every RPC, outermost first. */
export const interceptors = ({ config, log, keys, ended, clean }: Omit<Needs, "db">): Interceptor[] => [
  traceServed,
  recordCall(log),
  answerErrors(log),
  checkAccess(config, keys, ended),
  ...(clean ? [cleanRequests(clean)] : []),
  createValidateInterceptor({ validator }),
  refuseNul,
];

const maxBodyBytes = 1024 * 1024;
const maxTimeoutMs = 30_000;
// HTTP/2 clients keep one connection: sessions end after 4 to 6 minutes, so that new pods get their share of the load.
const sessionAgeMs = () => 300_000 * (0.8 + Math.random() * 0.4);

/** Serves Connect, gRPC, gRPC-Web on one h2c port: requests up to 1 MiB, answers 8 MiB, deadlines 30 s. @throws when the port is taken */
export async function serveRpc(needs: Needs, service: DescService, routes: Routes, serving: () => boolean) {
  const { config, db } = needs;
  const ending = new AbortController();
  const server = http2.createServer(
    { settings: { maxConcurrentStreams: 250 } },
    connectNodeAdapter({
      routes(router) {
        routes(replayAnswers(router, db.pool));
        serveHealth(router, service, serving);
        if (config.reflection) serveReflection(router, [service, Health]);
      },
      interceptors: interceptors(needs),
      maxTimeoutMs,
      readMaxBytes: maxBodyBytes,
      writeMaxBytes: 8 * maxBodyBytes,
      acceptCompression: [compressionGzip],
      shutdownSignal: ending.signal,
    }),
  );
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    const age = setTimeout(() => session.close(), sessionAgeMs()).unref();
    session.on("close", () => {
      clearTimeout(age);
      sessions.delete(session);
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(config.rpcPort, config.bindAddress, resolve));

  return {
    /** Refuses new calls, lets running ones finish for `drainSeconds`, then ends them. */
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.close();
      const forcedClose = setTimeout(() => {
        ending.abort(new ConnectError("shutting down", Code.Unavailable));
        for (const session of sessions) session.destroy();
      }, config.drainSeconds * 1_000);
      await closed;
      clearTimeout(forcedClose);
    },
  };
}

function serveHealth(router: ConnectRouter, { typeName }: DescService, serving: () => boolean): void {
  router.service(Health, {
    check({ service }) {
      if (service && service !== typeName) throw new ConnectError(`unknown service ${service}`, Code.NotFound);
      return { status: serving() ? Serving.SERVING : Serving.NOT_SERVING };
    },
    async *watch() {
      yield { status: serving() ? Serving.SERVING : Serving.NOT_SERVING };
    },
  });
}

// PostgreSQL's text cannot hold U+0000: refused here with the field's name, before it fails as an internal error.
const refuseNul: Interceptor = (next) => (req) => {
  const field = req.stream ? undefined : fieldWithNul(req.message);
  if (field !== undefined) throw invalid(field, "must not contain U+0000");
  return next(req);
};

function fieldWithNul(value: unknown): string | undefined {
  if (typeof value === "string") return value.includes("\0") ? "" : undefined;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const within = fieldWithNul(part);
    if (within !== undefined)
      return (Array.isArray(value) ? `[${key}]` : key) + (within && !within.startsWith("[") ? `.${within}` : within);
  }
  return undefined;
}

// Metrics for each call, and a log line but for routine.
const recordCall =
  (log: Log): Interceptor =>
  (next) =>
  async (req) => {
    const startedAt = performance.now();
    const rpc = `${req.service.typeName}/${req.method.name}`;
    const record = (code: string) => {
      const ms = performance.now() - startedAt;
      observeRpc(rpc, code, ms);
      if (isRoutine(req.method)) return;
      const who = caller({ values: req.contextValues } as HandlerContext);
      const name = who.kind === "person" ? who.id : who.kind === "service" ? who.name : undefined;
      log.info({ rpc, code, ms: Math.round(ms), caller: name }, "rpc");
    };
    try {
      const res = await next(req);
      record("ok");
      return res;
    } catch (error) {
      record(Code[ConnectError.from(error).code]);
      throw error;
    }
  };
