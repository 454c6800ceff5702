import { hold, type Attack } from "./attack.ts";

/** 120 forms of which a byte comes every ten seconds. Each used to hold one of the web's hundred connections. */
export const slowPosts = (edge: string, path = "/reservar/alisado-corto"): Promise<Attack> =>
  hold(edge, { connections: 4, streams: 30, path, announced: 60_000, sent: 5 });
