import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";

/**
 * Slowloris: requests that are begun and never completed, to occupy connections and memory. Bounded in number, against this machine only.
 * Resolves when the edge has read the bytes that are sent at the beginning.
 */
export async function hold(edge: string, { connections, streams, path, announced, sent, from = "127.0.0.2" }: Flood): Promise<Attack> {
  const sessions = Array.from({ length: connections }, () => connect(edge, from));
  const answers: Record<string, number> = {};
  const open = new Set<http2.ClientHttp2Stream>();
  const begin = (session: http2.ClientHttp2Session) => {
    if (session.destroyed) return;
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": path.startsWith("/v1/") ? "application/json" : "application/x-www-form-urlencoded",
      origin: new URL(edge).origin, // without it the CSRF check would refuse the form by its headers
      "content-length": String(announced),
    });
    let outcome = "no answer";
    open.add(stream);
    stream.on("response", (headers) => (outcome = String(headers[":status"])));
    stream.on("error", () => {});
    stream.on("close", () => {
      open.delete(stream);
      answers[outcome] = (answers[outcome] ?? 0) + 1;
    });
    stream.resume().write(Buffer.alloc(sent, "x"));
  };
  for (const session of sessions) {
    await usable(session); // SETTINGS have to arrive first, with the maximum of concurrent streams
    for (let i = 0; i < streams; i++) begin(session);
    await usable(session); // one connection after the other, at the edge's pace
  }
  const drip = setInterval(() => open.forEach((stream) => stream.write("x")), 10_000);
  return {
    held: () => open.size,
    answers,
    stop() {
      clearInterval(drip);
      for (const session of sessions) session.destroy();
    },
  };
}

/** A request on a new connection, as of a new visitor. */
export async function visit(edge: string, path: string, from = "127.0.0.1"): Promise<Visit> {
  const began = performance.now();
  const session = connect(edge, from);
  try {
    const stream = session.request({ ":path": path });
    const status = await new Promise<number>((resolve, reject) => {
      stream.on("response", (headers) => resolve(headers[":status"] ?? 0));
      for (const source of [stream, session]) source.on("error", reject);
      stream.on("close", () => reject(new Error(`no answer to ${path}`)));
      session.setTimeout(20_000, () => reject(new Error(`no answer to ${path} in 20 s`)));
    });
    return { path, status, ms: Math.round(performance.now() - began) };
  } finally {
    session.destroy();
  }
}

function connect(edge: string, localAddress: string): http2.ClientHttp2Session {
  const { hostname, port } = new URL(edge);
  if (!["localhost", "127.0.0.1"].includes(hostname)) throw new Error(`${hostname} is not this machine: attacks stay at home.`);
  const socket = () =>
    tls.connect({
      socket: net.connect({ host: "127.0.0.1", port: Number(port), localAddress }),
      rejectUnauthorized: false,
      ALPNProtocols: ["h2"],
    });
  return http2.connect(edge, { createConnection: socket }).on("error", () => {});
}

/** The answer to an HTTP/2 ping shows that the peer has read everything written before it. */
const usable = (session: http2.ClientHttp2Session): Promise<void> =>
  new Promise((resolve) => {
    if (session.destroyed) return resolve();
    session.once("close", () => resolve());
    const ping = () => void session.ping(() => resolve());
    if (session.connecting) session.once("connect", ping);
    else ping();
  });

export interface Flood {
  connections: number;
  /** Per connection. */
  streams: number;
  path: string;
  /** The content-length, and how many bytes are sent at once. The rest follows at one byte per 10 s. */
  announced: number;
  sent: number;
  /** The attacker's source address. */
  from?: string;
}

export interface Attack {
  /** The number of requests that are neither answered nor reset. */
  held(): number;
  /** The number of responses per status. */
  answers: Record<string, number>;
  stop(): void;
}

export interface Visit {
  path: string;
  status: number;
  ms: number;
}
