import type { DescService } from "@bufbuild/protobuf";
import { createClient, type Client } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";

/** Keeps `inFlight` calls running for some seconds. Returns how many ended, in total and per second. */
export async function load(
  inFlight: number,
  seconds: number,
  call: (n: number) => Promise<unknown>,
): Promise<{ calls: number; rate: number }> {
  const since = performance.now();
  let calls = 0;
  const caller = async () => {
    while (performance.now() - since < seconds * 1_000) await call(calls++);
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return { calls, rate: calls / ((performance.now() - since) / 1_000) };
}

/** A client as between services: binary, one h2c connection, no compression. */
export function caller<S extends DescService>(service: S, baseUrl: string, token?: string): Client<S> {
  const sessionManager = new Http2SessionManager(baseUrl, { idleConnectionTimeoutMs: 1_000 });
  return createClient(
    service,
    createConnectTransport({
      httpVersion: "2",
      baseUrl,
      sessionManager,
      acceptCompression: [],
      interceptors: [
        (next) => (req) => {
          if (token) req.header.set("authorization", `Bearer ${token}`);
          req.header.set("x-request-id", requestId); // as from the edge
          return next(req);
        },
      ],
    }),
  );
}

/** Interleaves the subjects over several rounds, so that noise on the machine affects all of them. */
export async function interleaved<S extends string>(
  rounds: number,
  subjects: Record<S, () => Promise<Record<string, number>>>,
): Promise<Record<S, Series>> {
  const all: Record<string, Series> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries<() => Promise<Record<string, number>>>(subjects)) {
      const series = (all[name] ??= {});
      for (const [what, value] of Object.entries(await measure())) (series[what] ??= []).push(value);
    }
  }
  return all;
}

/** The values of each measure, one per round. */
export type Series = Record<string, number[]>;

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median of the per-round ratios: both sides of a ratio were measured in the same round. */
export const ratio = (above: number[], below: number[]): number => median(above.map((value, round) => value / below[round]!));

/** All measures of a subject added up, round by round. */
export const total = (series: Series): number[] => Object.values(series).reduce((sum, values) => sum.map((value, i) => value + values[i]!));

const requestId = crypto.randomUUID();
