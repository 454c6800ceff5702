import { Code, ConnectError } from "@connectrpc/connect";
import { OwnVisitSchema } from "@lacio/proto/booking/v1/booking_service";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "@lacio/proto/google/rpc/error_details";

/** A service's refusal as pages use it: they switch on `reason`. */
export type Refusal = { code: Code; reason: string; fields: string[]; retryAfterSeconds?: number };

/**
 * Reads a refusal's error details; rethrows any error that is no answer of a service, and the end of the session, which no form can tell:
 * it is the page's, with the way to sign in.
 */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ConnectError) || isSessionOver(error)) throw error;
  const [retry] = error.findDetails(RetryInfoSchema);
  return {
    code: error.code,
    reason: reasonIn(error),
    fields: error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field)),
    ...(retry && { retryAfterSeconds: Number(retry.retryDelay?.seconds ?? 0n) }),
  };
}

const signedOut = new Set(["session_over", "token_invalid", "unauthenticated"]);

/** Whether a service takes the session no more: it has ended elsewhere. */
export const isSessionOver = (error: unknown): boolean => error instanceof ConnectError && signedOut.has(reasonIn(error));

const reasonIn = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason ?? Code[error.code].toLowerCase();

/** The client's own booking that overlaps (the OwnVisit error detail); undefined: refused for another reason. */
export const ownVisitIn = (error: unknown): string | undefined =>
  error instanceof ConnectError ? error.findDetails(OwnVisitSchema)[0]?.bookingId : undefined;

/** Whether a retry may help: the service is unavailable or slow, and the request is not at fault. */
export const isAway = (error: unknown): boolean =>
  error instanceof ConnectError && [Code.Unavailable, Code.DeadlineExceeded, Code.Internal, Code.Unknown].includes(error.code);

/** The HTTP status of the error page. */
export function statusOf(error: unknown): number {
  if (!(error instanceof ConnectError)) return 500;
  if (reasonIn(error) === "account_erased") return 401; // erased from another device, and the end of the session is not heard of yet
  switch (error.code) {
    case Code.NotFound:
    case Code.InvalidArgument: // a URL with a malformed id
      return 404;
    case Code.Unauthenticated:
      return 401;
    case Code.PermissionDenied:
      return 403;
    case Code.ResourceExhausted:
      return 429;
    case Code.Unavailable:
    case Code.DeadlineExceeded:
      return 503;
    default:
      return 500;
  }
}
