import { isSpanContextValid, trace } from "@opentelemetry/api";
import pino from "pino";
import { currentRequestId } from "./call-context.ts";
import { masked } from "./private-data.ts";

/** JSON lines on stdout, without people's data; each one carries the trace and request it belongs to. */
export function createLog(service: string, level: string) {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    hooks: { streamWrite: masked },
    mixin() {
      const span = trace.getActiveSpan()?.spanContext();
      const requestId = currentRequestId();
      return {
        ...(span && isSpanContextValid(span) && { trace_id: span.traceId, span_id: span.spanId }),
        ...(requestId && { request_id: requestId }),
      };
    },
  };
  // Asynchronous: a system call per line would be a good part of what a short RPC costs. A killed process loses its last lines.
  const log = pino(options, pino.destination({ dest: 1, sync: false }));
  // connect-node reports a peer that went away by console.error: keep the log one format.
  console.error = (...words: unknown[]) => log.warn({ words: words.map(String) }, "console");
  return log;
}

export type Log = ReturnType<typeof createLog>;

// A database error carries the failing statement and its values; values can be personal data and stay out of the log.
function describeError(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const cause = error.cause instanceof Error ? error.cause.message.split("\n", 1)[0] : undefined;
  return {
    type: error.name,
    message: error.message.split("\n", 1)[0],
    code,
    constraint,
    cause,
    stack: error.stack
      ?.match(/^ +at .*$/gm)
      ?.slice(0, 12)
      .join("\n"),
  };
}
