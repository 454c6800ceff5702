import http2 from "node:http2";
import https from "node:https";
import { text } from "node:stream/consumers";
import type { Wishes } from "./wishes.ts";

export interface Request {
  method: "GET" | "POST";
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Answer {
  status: number;
  body: string;
  /** Where a redirect leads. */
  location?: string | undefined;
}

export interface Connection {
  /** @throws Error when the connection ended, or after `patienceMs` */
  send(request: Request): Promise<Answer>;
  close(): void;
}

type To = Pick<Wishes, "edge" | "authority" | "patienceMs">;

/** One kept connection after another; the next begins when the edge has said `connection: close`. */
export function overHttp1({ edge, authority, patienceMs }: To): Connection {
  const agent = new https.Agent({ ca: authority, keepAlive: true, maxSockets: 1 });
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const signal = AbortSignal.timeout(patienceMs);
        const request = https.request(new URL(path, edge), { method, headers, agent, signal });
        request.on("error", reject);
        request.on("response", (answer) => {
          const { statusCode: status, headers } = answer;
          text(answer).then((body) => resolve({ status: status!, body, location: headers.location }), reject);
        });
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** One session after another; the next begins when the edge has sent GOAWAY. */
export function overHttp2({ edge, authority, patienceMs }: To): Connection {
  let session: http2.ClientHttp2Session | undefined;

  function open(): http2.ClientHttp2Session {
    const opened = http2.connect(edge, { ca: authority });
    const over = () => void (session === opened && (session = undefined));
    opened.on("goaway", over).on("close", over);
    opened.on("error", over); // its requests fail by it, too
    return opened;
  }

  const sendOnce = ({ method, path, headers, body }: Request) =>
    new Promise<Answer>((resolve, reject) => {
      const signal = AbortSignal.timeout(patienceMs);
      const stream = (session ??= open()).request(
        { ":method": method, ":path": path, ...headers },
        { signal, endStream: body === undefined },
      );
      let heard = { status: 0, location: "" as string | undefined };
      stream.on("response", (headers) => (heard = { status: headers[":status"]!, location: headers.location }));
      const whole = () => heard.status !== 0 && !stream.rstCode; // a stream that is cancelled ends without an error
      text(stream).then((body) => (whole() ? resolve({ ...heard, body }) : reject(new Error(`reset: ${stream.rstCode}`))), reject);
      if (body !== undefined) stream.end(body);
    });

  return {
    // As browsers do: nobody has worked on a stream that was refused (RFC 9113, 8.7).
    send: (request) =>
      sendOnce(request).catch((error: Error) => {
        if (!error.message.includes("REFUSED_STREAM")) throw error;
        return sendOnce(request);
      }),
    close: () => session?.close(),
  };
}
