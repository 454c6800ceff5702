import { create, toJson, type DescMessage, type DescMethod, type JsonObject, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { clientFor } from "@lacio/testkit/testing";
import { registry } from "@lacio/proto/registry";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import type { SystemDescription } from "@lacio/testkit/system";
import { reasonOf, type Rest } from "../rest.ts";
import { restForm } from "./rest-form.ts";

/** The outcome of a call in the table's terms, and the reason of a refusal and the text of the answer. */
export type Answered = { outcome: string; reason?: string; text: string };

type Request = MessageInitShape<DescMessage>;
type Call = (request: Request) => Promise<object>;

/** Calls the service's own port. */
export async function atPort(system: SystemDescription, method: DescMethod, request: Request, token?: string): Promise<Answered> {
  const call = (clientFor(method.parent, system, token) as Record<string, Call>)[method.localName]!;
  try {
    const answer = await call(request);
    return { outcome: "ok", text: JSON.stringify(toJson(method.output, answer as never, { registry })) };
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    const reason = error.findDetails(ErrorInfoSchema)[0]?.reason;
    return { outcome: outcomeOf(error.code, reason), reason, text: error.message };
  }
}

/** Calls by REST through the edge. */
export async function throughEdge(edge: Rest, method: DescMethod, request: Request): Promise<Answered> {
  const { verb, path, body } = restForm(method, toJson(method.input, create(method.input, request)) as JsonObject);
  const answer = await edge.send<{ code?: number }>(verb, path, body);
  const code = answer.status === 200 ? undefined : (answer.body?.code ?? Code.Unknown);
  const reason = reasonOf(answer);
  return { outcome: code === undefined ? "ok" : outcomeOf(code, reason), reason, text: answer.bytes.toString() };
}

// A code without its required reason is an unexpected outcome.
function outcomeOf(code: Code, reason: string | undefined): string {
  if (code === Code.Unauthenticated && ["unauthenticated", "token_invalid", "session_over"].includes(reason!)) return "401";
  if (code === Code.PermissionDenied && reason === "forbidden") return "403";
  if (code === Code.NotFound && reason === "not_found") return "404";
  const ofTheDomain = [Code.InvalidArgument, Code.FailedPrecondition, Code.AlreadyExists, Code.ResourceExhausted, Code.Aborted];
  return ofTheDomain.includes(code) && reason ? "ok" : `${Code[code]} ${reason}`;
}
