import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type TextMapGetter,
  type TextMapSetter,
} from "@opentelemetry/api";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import type { DescMethod } from "@bufbuild/protobuf";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { Health } from "@lacio/proto/grpc/health/v1/health";
import type { JsMsg } from "@nats-io/jetstream";
import { v7 as uuidv7 } from "uuid";
import { currentRequestId, requestIdHeader, withRequestId, withSignal } from "./call-context.ts";

type Carrier = { keys(): Iterable<string>; get(name: string): string | null | undefined; set(name: string, value: string): void };
const getter: TextMapGetter<Carrier> = {
  keys: (carrier) => [...carrier.keys()],
  get: (carrier, key) => carrier.get(key) || undefined,
};
const setter: TextMapSetter<Carrier> = { set: (carrier, key, value) => carrier.set(key, value) };
const tracer = () => trace.getTracer("lacio");

// The codes that make a server span an error, by OpenTelemetry's semantic conventions for gRPC.
const serverErrors = new Set([Code.Unknown, Code.Internal, Code.DataLoss, Code.Unavailable, Code.DeadlineExceeded, Code.Unimplemented]);

/** What is asked every second, all day: it is neither logged nor traced. */
export const isRoutine = (method: DescMethod): boolean =>
  method.parent.typeName === Health.typeName || method === AuthService.method.listEndedSessions;

/** A server span per RPC that continues the caller's trace and request id, or begins new ones. */
export const traceServed: Interceptor = (next) => async (req) => {
  if (isRoutine(req.method)) return next(req);
  const parent = propagation.extract(context.active(), req.header, getter);
  const span = rpcSpan(SpanKind.SERVER, req, parent);
  const requestId = req.header.get(requestIdHeader) ?? uuidv7();
  const inside = withSignal(withRequestId(trace.setSpan(parent, span), requestId), req.signal);
  try {
    return await context.with(inside, () => next(req));
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    span.setAttribute("rpc.response.status_code", Code[code]);
    if (serverErrors.has(code)) span.setStatus({ code: SpanStatusCode.ERROR, message: rawMessage });
    throw error;
  } finally {
    span.end();
  }
};

/** A client span per call; propagates trace and request id in headers. */
export const traceCalled: Interceptor = (next) => async (req) => {
  if (isRoutine(req.method)) return next(req);
  const span = rpcSpan(SpanKind.CLIENT, req, context.active());
  const inside = trace.setSpan(context.active(), span);
  propagation.inject(inside, req.header, setter);
  const requestId = currentRequestId();
  if (requestId) req.header.set(requestIdHeader, requestId);
  try {
    return await context.with(inside, () => next(req));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: ConnectError.from(error).rawMessage });
    throw error;
  } finally {
    span.end();
  }
};

function rpcSpan(kind: SpanKind, { service, method }: Parameters<ReturnType<Interceptor>>[0], parent: Context): Span {
  const name = `${service.typeName}/${method.name}`;
  return tracer().startSpan(name, { kind, attributes: { "rpc.system.name": "connectrpc", "rpc.method": name } }, parent);
}

/** Runs `work` in a consumer span, as a child of the span that emitted the event. */
export async function inEventSpan(message: JsMsg, work: () => Promise<void>): Promise<void> {
  const carrier = message.headers as unknown as Carrier | undefined;
  const parent = carrier ? propagation.extract(context.active(), carrier, getter) : context.active();
  const attributes = { "messaging.system": "nats", "messaging.destination.name": message.subject };
  const span = tracer().startSpan(`process ${message.subject}`, { kind: SpanKind.CONSUMER, attributes }, parent);
  const inside = withRequestId(trace.setSpan(parent, span), message.headers?.get(requestIdHeader) || uuidv7());
  try {
    await context.with(inside, work);
  } finally {
    span.end();
  }
}
