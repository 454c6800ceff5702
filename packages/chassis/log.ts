import { isSpanContextValid, trace } from "@opentelemetry/api";
import pino from "pino";
import { currentRequestId } from "./call-context.ts";

/** JSON lines on stdout; each one carries the trace and request it belongs to. */
export function createLog(service: string, level: string) {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    mixin() {
      const span = trace.getActiveSpan()?.spanContext();
      const requestId = currentRequestId();
      return {
        ...(span && isSpanContextValid(span) && { trace_id: span.traceId, span_id: span.spanId }),
        ...(requestId && { request_id: requestId }),
      };
    },
  };
  const log = pino(options, inBatches(pino.destination(1)));
  // connect-node reports a peer that went away by console.error: keep the log one format.
  console.error = (...words: unknown[]) => log.warn({ words: words.map(String) }, "console");
  return log;
}

// A system call per line is a good part of what a short RPC costs. A process that is killed loses the lines of its last milliseconds.
function inBatches(out: { write(text: string): unknown }) {
  let lines = "";
  const flush = () => {
    const text = lines;
    lines = "";
    if (text) out.write(text);
  };
  process.on("exit", flush);
  return {
    write(line: string) {
      if (!lines) setTimeout(flush, 10);
      lines += line;
    },
  };
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
