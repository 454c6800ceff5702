export interface Delivery {
  state: "pending" | "delivered" | "dropped" | "failed";
  attempts: number;
  /** The last ten: an endpoint that is down for days gets thousands. */
  lastAttempts: Attempt[];
  nextAttemptAt: number | null;
  /** Waits for others, to be sent with them reordered. */
  held: boolean;
}

export interface Attempt {
  at: number;
  status: number | null;
  error: string | null;
}

const retryForMs = 3 * 24 * 3600_000;

export function isAccepted(attempt: Attempt): boolean {
  return attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
}

export function afterAttempts(delivery: Delivery, made: Attempt[], createdMs: number, nowMs: number): Delivery {
  const tried = {
    ...delivery,
    attempts: delivery.attempts + made.length,
    lastAttempts: [...delivery.lastAttempts, ...made].slice(-10),
    held: false,
  };
  if (made.some(isAccepted)) return { ...tried, state: "delivered", nextAttemptAt: null };
  if (delivery.state !== "pending") return tried;
  if (nowMs - createdMs > retryForMs) return { ...tried, state: "failed", nextAttemptAt: null };
  const pauseMs = Math.min(60_000, 1000 * 2 ** Math.min(delivery.attempts, 6));
  return { ...tried, nextAttemptAt: nowMs + pauseMs };
}
