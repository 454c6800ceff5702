import { setTimeout as delay } from "node:timers/promises";
import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { longestTokenMinutes } from "./config.ts";
import { unavailable } from "./errors.ts";
import type { Log } from "./log.ts";

export type EndedSessions = {
  /** Whether the session was ended before its time. @throws Refusal `unavailable` until auth has been asked for the first time */
  has(sessionId: string): Promise<boolean>;
};

const longestTokenMs = longestTokenMinutes * 60_000; // afterwards the token's own end refuses it
const atMost = 100_000;
const pageSize = 10_000;
const overlapMs = 60_000; // more than a transaction of auth lasts, which may commit behind a later one, and than clocks differ

/**
 * Asks auth every `everyMs` which sessions have ended since (docs/adr/0020). Keeps their ids in memory for as long as an access token can live,
 * at most 100,000, the first ones out first.
 */
export function followEndedSessions(auth: Pick<Client<typeof AuthService>, "listEndedSessions">, log: Log, everyMs = 1_000) {
  const ended = new Map<string, number>();
  const stopping = new AbortController();
  let askedAt = 0; // what ended before is known; 0: nothing is
  let asking: Promise<void> | undefined;
  const following = follow();

  async function follow(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        await askOnce();
        failures = 0;
      } catch (error) {
        if (askedAt > 0 && failures++ % 60 === 5) log.warn({ err: error }, "auth cannot be asked which sessions have ended: trying again");
      }
      await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  // Once for all who wait for the answer: it must not end with the call of one, hence without the call's context.
  const askOnce = () => (asking ??= context.with(ROOT_CONTEXT, ask).finally(() => (asking = undefined)));

  async function ask(): Promise<void> {
    const now = Date.now();
    const endedAfter = askedAt > 0 ? timestampFromMs(askedAt - overlapMs) : undefined;
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await auth.listEndedSessions({ endedAfter, pageSize, pageToken }, { signal: stopping.signal });
      for (const { sessionId, endedAt } of page.sessions) keep(sessionId, timestampDate(endedAt!).getTime());
      pageToken = page.nextPageToken;
    }
    for (const [id, at] of ended) if (at < now - longestTokenMs) ended.delete(id);
    askedAt = now;
  }

  function keep(id: string, at: number): void {
    if (ended.size >= atMost && !ended.has(id)) ended.delete(ended.keys().next().value!);
    ended.set(id, at);
  }

  return {
    /** Has been answered for the first time. @throws ConnectError */
    known: async () => void (askedAt === 0 && (await askOnce())),
    async has(sessionId: string) {
      if (askedAt === 0)
        await askOnce().catch((error: unknown) => {
          throw unavailable("Whether this session has ended cannot be found out; try again shortly.", error);
        });
      return ended.has(sessionId);
    },
    async stop() {
      stopping.abort();
      await following;
    },
  };
}
