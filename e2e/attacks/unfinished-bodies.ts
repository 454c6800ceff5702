import { hold, type Attack, type Flood } from "./attack.ts";

/** Bodies that are never completed: the edge buffers them in memory. */
export const unfinishedBodies = (edge: string, path: string, size: Partial<Flood> = {}): Promise<Attack> =>
  hold(edge, { connections: 50, streams: 32, path, announced: 260_000, sent: 250_000, ...size });
