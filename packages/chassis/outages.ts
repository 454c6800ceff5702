import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";

// The codes that the transport gives to a connection that breaks, or a peer that dies, during a call.
const broken = new Set([Code.Aborted, Code.Canceled, Code.Internal, Code.Unavailable, Code.Unknown]);

/**
 * For clients: errors of the transport become `unavailable`, without its message, which contains addresses. Our services' errors always
 * have a reason (google.rpc.ErrorInfo), so one without it comes from the transport.
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
