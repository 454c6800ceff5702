import { BinaryReader } from "@bufbuild/protobuf/wire";

export interface Span {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  /** "" at the root. */
  parentSpanId: string;
}

/** An OTLP ExportTraceServiceRequest as the services send it. */
export function spansOfJson(body: string): Span[] {
  const { resourceSpans = [] } = JSON.parse(body) as { resourceSpans?: ResourceSpans[] };
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId = "" }) => ({ service, name, traceId, spanId, parentSpanId })),
    );
  });
}

interface ResourceSpans {
  resource: { attributes: { key: string; value: { stringValue?: string } }[] };
  scopeSpans: { spans: { name: string; traceId: string; spanId: string; parentSpanId?: string }[] }[];
}

/** The same message in binary, as the edge sends it; the numbers are those of opentelemetry/proto/trace/v1/trace.proto. */
export function spansOfProtobuf(body: Uint8Array): Span[] {
  return fields(body, 1)
    .flatMap((resourceSpans) => fields(resourceSpans, 2))
    .flatMap((scopeSpans) => fields(scopeSpans, 2))
    .map((span) => ({
      service: "edge",
      name: Buffer.concat(fields(span, 5)).toString(),
      traceId: Buffer.concat(fields(span, 1)).toString("hex"),
      spanId: Buffer.concat(fields(span, 2)).toString("hex"),
      parentSpanId: Buffer.concat(fields(span, 4)).toString("hex"),
    }));
}

function fields(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === wanted) found.push(reader.bytes());
    else reader.skip(wireType, number);
  }
  return found;
}

/** "service: name" of a span and its ancestors, the root last. */
export function chain(span: Span, all: Span[]): string[] {
  const parent = all.find(({ traceId, spanId }) => traceId === span.traceId && spanId === span.parentSpanId);
  return [`${span.service}: ${span.name}`, ...(parent ? chain(parent, all) : [])];
}
