import { isSpanContextValid, trace } from "@opentelemetry/api";
import pino from "pino";
import { currentRequestId } from "./call-context.ts";
import { masked } from "./private-data.ts";

/** JSON lines on stdout, with personal data masked; each has the trace, span and request id of its context. */
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
  // Buffered: a write per line would be a good part of a short RPC's cost. A killed process loses its last lines.
  return pino(options, pino.destination({ dest: 1, sync: false }));
}

/** connect-node reports broken connections by console.error: from here on these lines are JSON, too. */
export function logConsole(log: Log): void {
  console.error = (...words: unknown[]) => log.warn({ words: words.map(String) }, "console");
}

export type Log = ReturnType<typeof createLog>;

// A database error's message has the statement with its values after the first line: they can be personal data, and are not logged.
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
