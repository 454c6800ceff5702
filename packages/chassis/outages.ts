import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";

// What the transport makes of a connection that breaks, or of a peer that dies, in the middle of a call.
const broken = new Set([Code.Aborted, Code.Canceled, Code.Internal, Code.Unavailable, Code.Unknown]);

/**
 * For clients: a call that found nobody fails with `unavailable`, whatever the transport calls it, and without its words, which name
 * addresses. Every refusal of our services has a reason (google.rpc.ErrorInfo); an error without one is no answer of theirs.
 */
export const nameOutages: Interceptor = (next) => async (req) => {
  try {
    return await next(req);
  } catch (error) {
    const known = ConnectError.from(error);
    if (req.signal.aborted || !broken.has(known.code) || known.findDetails(ErrorInfoSchema).length > 0) throw error;
    throw new ConnectError("try again shortly", Code.Unavailable, undefined, undefined, error);
  }
};
