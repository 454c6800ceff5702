import { setTimeout as delay } from "node:timers/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { SessionEndedSchema } from "@lacio/proto/auth/v1/events";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import type { Bus } from "./bus.ts";
import { unavailable } from "./errors.ts";
import { subjectOf } from "./fact.ts";
import type { Log } from "./log.ts";
import { Pulse } from "./pulse.ts";

export type EndedSessions = {
  /** Whether the session was ended before its time. @throws Refusal `unavailable` until auth has been asked for the first time */
  has(sessionId: string): Promise<boolean>;
};

const longestTokenMs = 3_600_000; // ACCESS_TOKEN_MINUTES is at most 60: afterwards the token's own end refuses it
const atMost = 100_000;
const pageSize = 10_000;
/** How often a replica makes sure that it hears the broker; while it does not, it asks auth as often. */
export const lookMs = 1_000;
const askAnywayMs = 60_000; // a plain subscription is told at most once
const overlapMs = 60_000; // more than a transaction of auth lasts, which may commit behind a later one, and than clocks differ

/**
 * Hears of ended sessions by a plain subscription, on every replica, and asks auth for those that ended before it began, or while the
 * broker was away. Keeps their ids in memory for as long as an access token can live, at most 100,000, the first ones out first.
 */
export function followEndedSessions(
  auth: Pick<Client<typeof AuthService>, "listEndedSessions">,
  bus: Pick<Bus, "nc" | "onReconnect">,
  log: Log,
) {
  const ended = new Map<string, number>();
  const stopping = new AbortController();
  const pulse = new Pulse(lookMs);
  let askedAt = 0; // what ended before is known; 0: nothing is
  let missed = true; // something may have been said that was not heard
  let refused = false; // the subscription, by the broker's permissions
  let first: Promise<void> | undefined;

  const subscription = bus.nc.subscribe(subjectOf(SessionEndedSchema), {
    callback: (error, message) => {
      if (!error) return keep(fromBinary(SessionEndedSchema, message.data).sessionId, Date.now());
      refused = true;
      log.error({ err: error }, "the broker tells nothing of ended sessions: asking auth instead");
    },
  });
  bus.onReconnect(() => {
    missed = true;
    pulse.beat();
  });
  const following = follow();

  async function follow(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; await pulse.wait(stopping.signal)) {
      const deaf = !(await hears());
      if (!deaf && !missed && Date.now() - askedAt < askAnywayMs) continue;
      missed = deaf;
      try {
        await ask();
        failures = 0;
      } catch (error) {
        missed = true;
        if (failures++ % 60 === 5) log.warn({ err: error }, "auth cannot be asked which sessions have ended: trying again");
      }
    }
  }

  // A ping, as a connection may be open and dead. It is answered after the subscription has been taken.
  function hears(): Promise<boolean> {
    return Promise.race([bus.nc.rtt().then(() => !refused), delay(lookMs, false, { ref: false })]).catch(() => false);
  }

  // At once for the first caller, and one time for all: it must not end with the call of one, hence without the call's context.
  async function askFirst(): Promise<void> {
    first ??= context.with(ROOT_CONTEXT, ask).finally(() => (first = undefined));
    await first.catch((error: unknown) => {
      if (askedAt === 0) throw unavailable("Whether this session has ended cannot be found out; try again shortly.", error);
    });
  }

  async function ask(): Promise<void> {
    const now = Date.now();
    const endedAfter = askedAt > 0 ? timestampFromMs(askedAt - overlapMs) : undefined;
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await auth.listEndedSessions({ endedAfter, pageSize, pageToken });
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
    async has(sessionId: string) {
      if (askedAt === 0) await askFirst();
      return ended.has(sessionId);
    },
    async stop() {
      stopping.abort();
      subscription.unsubscribe();
      await following;
    },
  };
}
