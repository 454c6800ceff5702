import type http2 from "node:http2";

/** One request over HTTP/2. A response that arrives before the body is sent counts too. */
export function call(session: http2.ClientHttp2Session, line: string, { token, headers, body, json }: Request = {}): Promise<Answer> {
  const [method, path] = line.split(" ");
  const stream = session.request({
    ":method": method,
    ":path": path,
    ...(json !== undefined && { "content-type": "application/json" }),
    ...(token && { authorization: `Bearer ${token}` }),
    ...headers,
  });
  stream.end(json === undefined ? body : JSON.stringify(json));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let head: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader = {};
    stream.on("response", (received) => (head = received));
    stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
    stream.on("error", reject);
    stream.on("close", () => {
      const bytes = Buffer.concat(chunks);
      if (!head[":status"]) return reject(new Error(`no answer to ${line}`));
      resolve({
        status: head[":status"],
        headers: head,
        bytes,
        get body() {
          return JSON.parse(bytes.toString()) as unknown;
        },
      });
    });
  });
}

export interface Request {
  token?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  json?: unknown;
}

export interface Answer {
  status: number;
  headers: http2.IncomingHttpHeaders;
  bytes: Buffer;
  /** Parsed JSON. */
  readonly body: unknown;
}
