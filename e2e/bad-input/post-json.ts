import { once } from "node:events";
import http2 from "node:http2";
import { buffer } from "node:stream/consumers";
import { fromBinary, type DescMethod } from "@bufbuild/protobuf";
import type { SystemDescription } from "@lacio/testkit/system";
import { BadRequestSchema } from "@lacio/proto/google/rpc/error_details";

export interface Answer {
  status: number;
  /** Connect's code, "ok" when there is none. */
  code: string;
  message: string;
  /** The field violations of google.rpc.BadRequest. */
  violations: { field: string; description: string }[];
}

/** Connect's protocol by hand, to send arbitrary bytes to the service's own port. */
export function openPorts(system: SystemDescription) {
  const sessions = new Map<string, http2.ClientHttp2Session>();
  const sessionOf = (url: string) => {
    const session = sessions.get(url) ?? http2.connect(url);
    sessions.set(url, session);
    return session;
  };
  return {
    async post({ parent, name }: DescMethod, body: string | Buffer, token?: string): Promise<Answer> {
      const stream = sessionOf(system.urls[parent.typeName.split(".")[1]!]!).request({
        ":method": "POST",
        ":path": `/${parent.typeName}/${name}`,
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
      });
      stream.end(body);
      const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
      return read(Number(headers[":status"]), await buffer(stream));
    },
    close: () => sessions.forEach((session) => session.close()),
  };
}

function read(status: number, bytes: Buffer): Answer {
  if (status === 200) return { status, code: "ok", message: "", violations: [] };
  const error = JSON.parse(bytes.toString() || "{}") as { code?: string; message?: string; details?: { type: string; value: string }[] };
  const badRequests = (error.details ?? []).filter(({ type }) => type === BadRequestSchema.typeName);
  return {
    status,
    code: error.code ?? "none",
    message: error.message ?? "",
    violations: badRequests.flatMap(({ value }) => fromBinary(BadRequestSchema, Buffer.from(value, "base64")).fieldViolations),
  };
}
