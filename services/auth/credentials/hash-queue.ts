import { Code, ConnectError } from "@connectrpc/connect";
import { currentSignal } from "@lacio/chassis/call-context";
import { tooMany } from "@lacio/chassis/errors";
import PQueue from "p-queue";
import { Counter } from "prom-client";

const atOnce = 2;
const priorities = { "sign in": 1, "set password": 0 };

export const passwordHashes = new Counter({
  name: "lacio_password_hashes_total",
  help: "Passwords that waited to be hashed, by outcome (hashed, refused, left).",
  labelNames: ["outcome"],
});

/** Bounded concurrency with load shedding: two argon2id hashes at a time; a call whose estimated wait exceeds `maxWaitMs` is refused at once. */
export function createHashQueue(maxWaitMs: number) {
  const queue = new PQueue({ concurrency: atOnce });
  let hashMs = 0; // moving average of a hash's duration

  const expectedWaitMs = (priority: number) => {
    const before = Object.values(priorities).filter((other) => other >= priority);
    const ahead = before.reduce((sum, other) => sum + queue.sizeBy({ priority: other }), queue.pending);
    return Math.floor(ahead / atOnce) * hashMs;
  };

  async function measured<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      const ms = performance.now() - startedAt;
      hashMs = hashMs === 0 ? ms : hashMs + (ms - hashMs) / 4;
      passwordHashes.inc({ outcome: "hashed" });
    }
  }

  return {
    /** @throws Refusal `too_many_requests` at once, or after `maxWaitMs` when the estimate was too low or a higher priority overtook. */
    async inTurn<T>(what: keyof typeof priorities, work: () => Promise<T>): Promise<T> {
      const priority = priorities[what];
      const waitMs = expectedWaitMs(priority);
      if (waitMs > maxWaitMs) throw refused(waitMs);
      // Aborts on the wait's timeout or the caller's disconnect, only while queued: argon2 cannot be cancelled, a running hash keeps its slot.
      const waiting = new AbortController();
      const caller = currentSignal();
      const leave = () => waiting.abort(left());
      const timeout = setTimeout(() => waiting.abort(refused(maxWaitMs)), maxWaitMs).unref();
      const waited = () => {
        clearTimeout(timeout);
        caller?.removeEventListener("abort", leave);
      };
      caller?.addEventListener("abort", leave);
      if (caller?.aborted) leave();
      const begin = () => {
        waited();
        return measured(work);
      };
      return queue.add(begin, { priority, signal: waiting.signal }).finally(waited);
    },
  };
}

function refused(waitMs: number) {
  passwordHashes.inc({ outcome: "refused" });
  return tooMany("too_many_requests", "Too many people are signing in right now; try again shortly.", waitMs / 1_000);
}

function left() {
  passwordHashes.inc({ outcome: "left" });
  return new ConnectError("nobody waits for the answer any more", Code.Canceled);
}
