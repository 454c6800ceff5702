// Loaded by `node --import` before anything else, so that pg is instrumented when it is first imported.
// Without OTEL_EXPORTER_OTLP_ENDPOINT nothing is recorded, but trace context still passes through.

/** Process 1 of a container has no default action: SIGTERM would be lost while the modules load. `start` takes over. 128 + SIGTERM. */
export const endWhileLoading = () => process.exit(143);
process.once("SIGTERM", endWhileLoading);

// Static imports would be loaded before the line above.
const { context, propagation, trace } = await import("@opentelemetry/api");
const { AsyncLocalStorageContextManager } = await import("@opentelemetry/context-async-hooks");

/** Exports the buffered spans; called once at stop. */
export let flushTraces = async (): Promise<void> => {};

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const { W3CTraceContextPropagator } = await import("@opentelemetry/core");
propagation.setGlobalPropagator(new W3CTraceContextPropagator());

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  const { resourceFromAttributes } = await import("@opentelemetry/resources");
  const { BatchSpanProcessor, TracerProvider } = await import("@opentelemetry/sdk-trace");
  const { PgInstrumentation } = await import("@opentelemetry/instrumentation-pg");

  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": process.env.OTEL_SERVICE_NAME ?? "lacio" }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 500 })],
  });
  trace.setGlobalTracerProvider(provider);
  flushTraces = () => provider.shutdown();
  // requireParentSpan: polling (outbox, timers) would otherwise make a trace of its own each time.
  new PgInstrumentation({ requireParentSpan: true });
}
