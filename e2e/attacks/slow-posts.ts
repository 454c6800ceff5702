import { hold, type Attack } from "./attack.ts";

/** 120 forms at one byte per ten seconds. Without the edge's body buffering, each would occupy one of its hundred connections to the web. */
export const slowPosts = (edge: string, path = "/reservar/alisado-corto"): Promise<Attack> =>
  hold(edge, { connections: 4, streams: 30, path, announced: 60_000, sent: 5 });
