import type { Message } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { RuntimeError } from "@bufbuild/protovalidate";
import { ViolationsSchema } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "@lacio/proto/google/rpc/error_details";
import type { Log } from "./log.ts";

type Detail = { desc: GenMessage<Message>; value: Message };

/** An answer the caller can act on: `reason` is stable and is what clients switch on. Everything else thrown is a bug or an outage. */
export class Refusal extends Error {
  readonly reason: string;
  readonly code: Code;
  readonly details: Detail[];

  constructor(reason: string, message: string, code: Code = Code.FailedPrecondition, details: Detail[] = []) {
    super(message);
    this.name = "Refusal";
    this.reason = reason;
    this.code = code;
    this.details = details;
  }
}

/** `not_found`, for missing resources and other people's alike, so that ids cannot be probed. */
export const notFound = (what: string) => new Refusal("not_found", `There is no such ${what}.`, Code.NotFound);

/** `invalid_argument`; `field` is the proto JSON name as the caller sent it, "" for the request itself. */
export function invalid(field: string, description: string, reason = "invalid_argument") {
  const value = create(BadRequestSchema, { fieldViolations: [{ field, description }] });
  return new Refusal(reason, field ? `${field}: ${description}` : description, Code.InvalidArgument, [{ desc: BadRequestSchema, value }]);
}

/** `resource_exhausted`, for rate limits and overload. `retryAfterSeconds` is sent as RetryInfo: REST answers have no headers of ours. */
export function tooMany(reason: string, message: string, retryAfterSeconds: number) {
  const value = create(RetryInfoSchema, {
    retryDelay: create(DurationSchema, { seconds: BigInt(Math.ceil(retryAfterSeconds)) }),
  });
  return new Refusal(reason, message, Code.ResourceExhausted, [{ desc: RetryInfoSchema, value }]);
}

/** `unavailable`: a dependency is down, the caller may retry. `cause` is only logged. */
export const unavailable = (message: string, cause?: unknown) =>
  Object.assign(new Refusal("unavailable", message, Code.Unavailable), { cause });

/** Maps what a handler throws to a ConnectError without internals. Logs bugs as errors and outages as warnings, each once. */
export const answerErrors =
  (log: Log): Interceptor =>
  (next) =>
  async (req) => {
    try {
      return await next(req);
    } catch (error) {
      const answer = toConnectError(error);
      if (answer.code === Code.Internal) log.error({ err: error, rpc: req.method.name }, "an RPC failed");
      if (answer.code === Code.Unavailable) log.warn({ err: error, rpc: req.method.name }, "an RPC met a server that is away");
      throw answer;
    }
  };

/** Keeps a Refusal's code, reason and details; an outage becomes `unavailable`, anything else `internal`, both without their message. */
export function toConnectError(error: unknown): ConnectError {
  if (error instanceof Refusal) return withReason(new ConnectError(error.message, error.code, undefined, error.details), error.reason);
  if (error instanceof ConnectError) return fromConnect(error);
  if (isOutage(error)) return withReason(new ConnectError("try again shortly", Code.Unavailable), "unavailable");
  return withReason(new ConnectError("internal error", Code.Internal), "internal");
}

// protovalidate's violations become google.rpc.BadRequest, of which Envoy's transcoder has the descriptor. A CEL rule that fails to
// evaluate (a difference of times that overflows a duration) counts as violated, by the request as a whole (field "").
function fromConnect(error: ConnectError): ConnectError {
  const violations = error.findDetails(ViolationsSchema).flatMap((detail) => detail.violations);
  if (error.cause instanceof RuntimeError) return toConnectError(invalid("", error.cause.message));
  if (violations.length === 0) return error.findDetails(ErrorInfoSchema).length > 0 ? error : withReason(error, reasonOf(error.code));
  // gRPC sends errors in trailers, whose size is limited: only the first 20 violations.
  const fieldViolations = violations.slice(0, 20).map((violation) => ({
    field:
      violation.field?.elements
        .map((element) => jsonName(element.fieldName) + (element.subscript.case === "index" ? `[${element.subscript.value}]` : ""))
        .join(".") ?? "",
    description: violation.message,
  }));
  const text = fieldViolations.map(({ field, description }) => (field ? `${field}: ${description}` : description)).join("; ");
  const details = [{ desc: BadRequestSchema, value: create(BadRequestSchema, { fieldViolations }) }];
  return withReason(new ConnectError(text, Code.InvalidArgument, undefined, details), "invalid_argument");
}

function withReason(error: ConnectError, reason: string): ConnectError {
  error.details.unshift({ desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason, domain: "lacio" }) });
  return error;
}

const reasonOf = (code: Code) => Code[code].replace(/(?<=[a-z])[A-Z]/g, "_$&").toLowerCase();
const jsonName = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return typeof code === "string" ? code : cause ? codeOf(cause) : "";
}

/** Whether `error` is transient: a server we depend on is down or restarting, so a retry makes sense. */
export function isOutage(error: unknown): boolean {
  if (error instanceof Refusal) return error.code === Code.Unavailable;
  if (error instanceof ConnectError) return error.code === Code.Unavailable || error.code === Code.DeadlineExceeded;
  if (!Error.isError(error)) return false; // not instanceof: in Jest, Node's own errors are of another realm
  const code = codeOf(error);
  if (outageCodes.test(code) || socketCodes.test(code) || pgOutages.test(error.message)) return true;
  if (natsOutages.has(error.name)) return true;
  return error.cause !== undefined && isOutage(error.cause);
}

// SQLSTATE (PostgreSQL, appendix A): class 08 connection, 53 resources, 57P0x shutdown and restart, 57014 statement timeout, 55P03 lock
// timeout, 40001 and 40P01 conflicts of transactions that outlasted the retries.
const outageCodes = /^(08|53|57P0|57014|55P03|40001|40P01)/;
// errno of a refused or broken socket.
const socketCodes = /^E(CONN|PIPE|HOSTUNREACH|NETUNREACH|NETDOWN|TIMEDOUT|AI_AGAIN|NOTFOUND)/;
// Words of pg's client and pool, and of a server that starts.
const pgOutages =
  /Connection terminated|is not queryable|timeout exceeded when trying to connect|^timeout expired$|^Query read timeout$|the database system is/i;

// Names of the errors of NATS' client; fetch and AbortSignal.timeout throw TimeoutError, too.
const natsOutages = new Set(["TimeoutError", "NoRespondersError", "ConnectionError", "ClosedConnectionError", "DrainingConnectionError"]);
