import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import { currentRequestId, withRequestId } from "./call-context.ts";
import { v7 as uuidv7 } from "uuid";

/** Trace context and request id of deferred work, kept in its row. */
export type Trail = { traceparent?: string; requestId?: string };

/** The trail of what runs now, for the deferred work that it causes. */
export function currentTrail(): Trail {
  const trail: Trail = { requestId: currentRequestId() };
  propagation.inject(context.active(), trail);
  return trail;
}

/** Runs deferred work in a span under its trail, so that one trace leads from the click to the last effect. */
export async function follow<T>(trail: Trail, name: string, work: () => Promise<T>): Promise<T> {
  const parent = propagation.extract(context.active(), trail);
  const span = trace.getTracer("lacio").startSpan(name, { kind: SpanKind.INTERNAL }, parent);
  try {
    return await context.with(withRequestId(trace.setSpan(parent, span), trail.requestId ?? uuidv7()), work);
  } finally {
    span.end();
  }
}
