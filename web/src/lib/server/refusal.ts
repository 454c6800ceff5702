import { Code, ConnectError } from "@connectrpc/connect";
import { OwnVisitSchema } from "@lacio/proto/booking/v1/booking_service";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "@lacio/proto/google/rpc/error_details";

/** A service's "no", as pages use it: `reason` is what they switch on. */
export type Refusal = { code: Code; reason: string; fields: string[]; retryAfterSeconds?: number };

/** Reads a refusal; anything that is no answer of a service is thrown on. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ConnectError)) throw error;
  const [retry] = error.findDetails(RetryInfoSchema);
  return {
    code: error.code,
    reason: error.findDetails(ErrorInfoSchema)[0]?.reason ?? Code[error.code].toLowerCase(),
    fields: error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field)),
    ...(retry && { retryAfterSeconds: Number(retry.retryDelay?.seconds ?? 0n) }),
  };
}

/** The booking of hers that is in the way of another one; undefined: that is not what was refused. */
export const ownVisitIn = (error: unknown): string | undefined =>
  error instanceof ConnectError ? error.findDetails(OwnVisitSchema)[0]?.bookingId : undefined;

/** Whether asking again may help: the service is away or slow, and nothing is wrong with the question. */
export const isAway = (error: unknown): boolean =>
  error instanceof ConnectError && [Code.Unavailable, Code.DeadlineExceeded, Code.Internal, Code.Unknown].includes(error.code);

/** The HTTP status of a page that an error ended. */
export function statusOf(error: unknown): number {
  if (!(error instanceof ConnectError)) return 500;
  if (refusalOf(error).reason === "account_erased") return 401; // by another device, some minutes ago
  switch (error.code) {
    case Code.NotFound:
    case Code.InvalidArgument: // an address with something in it that is no id
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
