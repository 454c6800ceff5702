import { ConnectError, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager, type Http2SessionOptions } from "@connectrpc/connect-node";
import pRetry from "p-retry";

/** One h2c session with a peer, opened anew when it ended: peers end theirs when they stop, and now and then to share the load. */
export function openSession(baseUrl: string, options: Http2SessionOptions): Http2SessionManager {
  const session = new Http2SessionManager(baseUrl, options);
  // The library throws away a connection that its peer ended, with an error that is emitted when nobody listens to it any more: it would end
  // this process (connectrpc/connect-es#1768).
  const heard = new WeakSet<object>();
  const request = session.request.bind(session);
  session.request = async (...args) => {
    const stream = await request(...args);
    if (stream.session && !heard.has(stream.session)) heard.add(stream.session.on("error", () => {}));
    return stream;
  };
  return session;
}

/** Connect over a session. A call that its peer refused to begin is sent again. */
export const transportOver = (session: Http2SessionManager, options: { interceptors: Interceptor[]; defaultTimeoutMs?: number }) =>
  createConnectTransport({
    httpVersion: "2",
    baseUrl: session.authority,
    sessionManager: session,
    acceptCompression: [],
    ...options,
    interceptors: [...options.interceptors, repeatRefused],
  });

// A peer that ends its session refuses the calls that are just on their way: "guaranteed to not have been processed" (RFC 9113, 8.7), so
// that also those are sent again that change something.
const repeatRefused: Interceptor = (next) => (req) =>
  req.stream ? next(req) : pRetry(() => next(req), { retries: 3, minTimeout: 10, maxTimeout: 100, shouldRetry: wasRefused });

const wasRefused = ({ error }: { error: unknown }) => ConnectError.from(error).message.includes("REFUSED_STREAM");
