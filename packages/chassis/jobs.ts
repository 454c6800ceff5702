import type { Tx } from "./db.ts";

/** A kind of background job; `tx.later(name, key, at)` schedules one, in the transaction that causes it. */
export type Job = {
  name: string;
  /**
   * Answers when it runs again, or nothing when it is done; after a throw it is retried. It runs at least once, and two runs may overlap:
   * it has to be idempotent.
   */
  run: (key: string, turn: Turn) => Promise<Date | void>;
  /** Concurrency limit in one process; 4 by default. */
  atOnce?: number;
  /** A run fails after so long; 60 by default. */
  limitSeconds?: number;
  /** Another process takes it over so long after its own died, JOB_LEASE_SECONDS by default. Longer than a step that must not overlap. */
  leaseSeconds?: number;
  /** After so many failures it is a dead letter; outages and `NotYet` do not count. By default it is retried for ever. */
  mostFailures?: number;
  /** Backoff after the first failure, 2 by default; it doubles with each, up to an hour. */
  retrySeconds?: number;
  /** Period of a job that every start ensures, with the key "". Its backoff is never longer than the period. */
  everySeconds?: number;
  /** Runs in the transaction that makes it a dead letter, for the service's own rows. */
  onDead?: (tx: Tx, key: string) => Promise<unknown>;
};

/** A job with the worker's defaults filled in. */
export type Settled = Job & Required<Pick<Job, "atOnce" | "limitSeconds" | "leaseSeconds" | "mostFailures" | "retrySeconds">>;

export type Turn = {
  /** Aborts when the process stops or the run's time is up: a long job ends early and leaves the rest to its next run. */
  over: AbortSignal;
  /** Number of the attempt, from 1: more after a failure or the death of a process, not after an outage. */
  tries: number;
  /** Commits the effect and deletes the job in one transaction. @throws TakenOver when the claim was lost; the effect is rolled back */
  end<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
};

/** Thrown by a job that cannot be done yet: it is retried with backoff, for ever, and it does not count as a failure. */
export class NotYet extends Error {}

/** The claim (fencing token) is lost: another replica took the job over, or it was rescheduled. */
export class TakenOver extends Error {}
