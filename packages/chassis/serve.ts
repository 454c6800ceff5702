import http2 from "node:http2";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import { compressionGzip, connectNodeAdapter } from "@connectrpc/connect-node";
import { createValidateInterceptor } from "@connectrpc/validate";
import { Health, HealthCheckResponse_ServingStatus as Serving } from "@lacio/proto/grpc/health/v1/health";
import { caller, checkAccess } from "./access.ts";
import type { ChassisConfig } from "./config.ts";
import type { Database } from "./db.ts";
import { answerErrors, invalid } from "./errors.ts";
import { replayAnswers } from "./idempotency.ts";
import type { Log } from "./log.ts";
import { rpcMetrics } from "./metrics.ts";
import { serveReflection } from "./reflection.ts";
import { traceServed } from "./trace.ts";

export type Routes = (router: ConnectRouter) => void;
type Needs = { config: ChassisConfig; db: Database; log: Log };

/** What every call passes, outermost first. */
export const interceptors = ({ config, log }: Pick<Needs, "config" | "log">): Interceptor[] => [
  traceServed,
  rpcMetrics,
  logCall(log),
  answerErrors(log),
  checkAccess(config),
  createValidateInterceptor(),
  refuseNul,
];

const maxBodyBytes = 1024 * 1024;
const maxTimeoutMs = 30_000;
// A session that ends now and then lets new pods take their share: HTTP/2 clients stick to one connection.
const sessionAgeMs = () => 300_000 * (0.8 + Math.random() * 0.4);

/** Serves Connect, gRPC and gRPC-Web on one h2c port. */
export async function serveRpc({ config, db, log }: Needs, service: DescService, routes: Routes, serving: () => boolean) {
  const ending = new AbortController();
  const server = http2.createServer(
    { settings: { maxConcurrentStreams: 250 } },
    connectNodeAdapter({
      routes(router) {
        routes(replayAnswers(router, db.pool));
        serveHealth(router, service, serving);
        if (config.reflection) serveReflection(router, [service, Health]);
      },
      interceptors: interceptors({ config, log }),
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
      const impatience = setTimeout(() => {
        ending.abort(new ConnectError("shutting down", Code.Unavailable));
        for (const session of sessions) session.destroy();
      }, config.drainSeconds * 1_000);
      await closed;
      clearTimeout(impatience);
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

// PostgreSQL's text cannot hold U+0000: said here once, with the field, before anything else trips over it.
const refuseNul: Interceptor = (next) => (req) => {
  if (!req.stream)
    for (const [field, value] of stringsOf(req.message)) if (value.includes("\0")) throw invalid(field, "must not contain U+0000");
  return next(req);
};

function stringsOf(value: unknown, path = ""): [field: string, value: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    stringsOf(part, Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key),
  );
}

const logCall =
  (log: Log): Interceptor =>
  (next) =>
  async (req) => {
    if (req.service.typeName === Health.typeName) return next(req);
    const startedAt = performance.now();
    const line = (code: string) => {
      const who = caller({ values: req.contextValues } as HandlerContext);
      const name = who.kind === "person" ? who.id : who.kind === "service" ? who.name : undefined;
      const ms = Math.round(performance.now() - startedAt);
      log.info({ rpc: `${req.service.typeName}/${req.method.name}`, code, ms, caller: name }, "rpc");
    };
    try {
      const res = await next(req);
      line("ok");
      return res;
    } catch (error) {
      line(Code[ConnectError.from(error).code]);
      throw error;
    }
  };
