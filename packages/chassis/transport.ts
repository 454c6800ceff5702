import { ConnectError, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager, type Http2SessionOptions } from "@connectrpc/connect-node";
import pRetry from "p-retry";

/** One h2c session with a peer, reopened when it has ended: servers end theirs at their stop, and regularly to balance load (serve.ts). */
export function openSession(baseUrl: string, options: Http2SessionOptions): Http2SessionManager {
  const session = new Http2SessionManager(baseUrl, options);
  // After a GOAWAY connect-node destroys the connection with an error and without an error listener, which would end this process
  // (connectrpc/connect-es#1768).
  const listening = new WeakSet<object>();
  const request = session.request.bind(session);
  session.request = async (...args) => {
    const stream = await request(...args);
    if (stream.session && !listening.has(stream.session)) listening.add(stream.session.on("error", () => {}));
    return stream;
  };
  return session;
}

/** A Connect transport over a session. A stream that the peer refused (REFUSED_STREAM) is retried, three times at most. */
export const transportOver = (session: Http2SessionManager, options: { interceptors: Interceptor[]; defaultTimeoutMs?: number }) =>
  createConnectTransport({
    httpVersion: "2",
    baseUrl: session.authority,
    sessionManager: session,
    acceptCompression: [],
    ...options,
    interceptors: [...options.interceptors, repeatRefused],
  });

// A peer that ends its session refuses streams that cross its GOAWAY. They are "guaranteed to not have been processed" (RFC 9113, 8.7), so
// methods that are not idempotent are retried, too.
const repeatRefused: Interceptor = (next) => (req) =>
  req.stream ? next(req) : pRetry(() => next(req), { retries: 3, minTimeout: 10, maxTimeout: 100, shouldRetry: wasRefused });

const wasRefused = ({ error }: { error: unknown }) => ConnectError.from(error).message.includes("REFUSED_STREAM");
