import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";

// Codes of an answer about what was asked; all others are outages and bugs.
const answers = new Set([Code.InvalidArgument, Code.FailedPrecondition, Code.AlreadyExists, Code.NotFound, Code.Aborted, Code.OutOfRange]);

/** The reason for which booking refused a command; undefined for what is no refusal. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof ConnectError) || !answers.has(error.code)) return undefined;
  return error.findDetails(ErrorInfoSchema)[0]?.reason;
}

/** Booking's view is newer than availability's projection: this stylist can't take this visit. */
export const stylistCannot = (reason: string | undefined): boolean =>
  reason !== undefined && ["slot_taken", "not_working_then", "skill_missing", "staff_unknown"].includes(reason);
