import fs from "node:fs";
import path from "node:path";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Client, type Interceptor } from "@connectrpc/connect";
import type { Http2SessionManager } from "@connectrpc/connect-node";
import { openSession, transportOver } from "@lacio/chassis/transport";
import { BadRequestSchema, ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import type { SystemDescription } from "../system/contract.ts";

/** A client of the service's own port, past the edge. @throws when the system does not run it */
export function clientFor<S extends DescService>(service: S, system: Pick<SystemDescription, "urls">, token?: string): Client<S> {
  const name = service.typeName.split(".")[1]!;
  const baseUrl = system.urls[name];
  if (!baseUrl) throw new Error(`This system runs no ${name}.`);
  const session = sessions.get(baseUrl) ?? openSession(baseUrl, { idleConnectionTimeoutMs: 500 }); // open sessions keep Jest from exiting
  sessions.set(baseUrl, session);
  return createClient(service, transportOver(session, { interceptors: token ? [bearer(token)] : [] }));
}
const sessions = new Map<string, Http2SessionManager>();

const bearer =
  (token: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };

/** The token with which a service calls its peers. */
export function asService(name: string, system: SystemDescription): string {
  return fs.readFileSync(path.join(system.dir, "identity", `${name}.token`), "utf8");
}

/** What a call was refused with: code, reason and fields, as in "InvalidArgument invalid_argument name"; "not refused" otherwise. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => ConnectError.from(reason),
  );
  if (!error) return "not refused";
  const fields = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
  return [Code[error.code], error.findDetails(ErrorInfoSchema)[0]?.reason, ...fields].filter(Boolean).join(" ");
}
