import { context, createContextKey, type Context } from "@opentelemetry/api";

// Ambient context of a call, an event or a job, in OpenTelemetry's context (AsyncLocalStorage): the request id, and the signal that aborts
// when the caller hung up or the deadline passed.
const requestIdKey = createContextKey("lacio.request-id");
const signalKey = createContextKey("lacio.signal");

export const requestIdHeader = "x-request-id";

export const withRequestId = (parent: Context, id: string): Context => parent.setValue(requestIdKey, id);
export const withSignal = (parent: Context, signal: AbortSignal): Context => parent.setValue(signalKey, signal);

export const currentRequestId = (): string | undefined => context.active().getValue(requestIdKey) as string | undefined;
export const currentSignal = (): AbortSignal | undefined => context.active().getValue(signalKey) as AbortSignal | undefined;
