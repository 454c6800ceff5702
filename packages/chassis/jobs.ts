import type { Tx } from "./db.ts";

/** A kind of work that a service owes itself: `tx.later(name, key, at)` in the transaction that causes it. */
export type Job = {
  name: string;
  /** Answers when it is to run again; else it is done. Throws to be tried again. It must bear being run twice, also at once. */
  run: (key: string, turn: Turn) => Promise<Date | void>;
  /** How many of them one process does side by side. */
  atOnce?: number;
  /** A run is given up after so long. */
  limitSeconds?: number;
  /** So long after its process died another one takes it over: longer than what must not be done twice may take. JOB_LEASE_SECONDS by default. */
  leaseSeconds?: number;
  /** After so many failures it is a dead letter; outages and `NotYet` do not count. By default it is tried for ever. */
  mostFailures?: number;
  /** The pause after the first failure; it doubles, up to an hour. */
  retrySeconds?: number;
  /** A periodic duty, whose key is "": it exists from the first start on, and a failure does not change its period. */
  everySeconds?: number;
  /** What else is true of a dead letter, in the transaction that makes it one. */
  onDead?: (tx: Tx, key: string) => Promise<unknown>;
};

/** A job with what it leaves to the worker. */
export type Settled = Job & Required<Pick<Job, "atOnce" | "limitSeconds" | "leaseSeconds" | "mostFailures" | "retrySeconds">>;

export type Turn = {
  /** The process stops, or the run's time is up: a long job ends early, and the rest is for its next run. */
  over: AbortSignal;
  /** The how-manieth run in a row this is: more than 1 after a failure or the death of a process. */
  tries: number;
  /** The job's end and its effect in one transaction. @throws TakenOver where the lease was lost: nothing of the effect is kept */
  end<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
};

/** Not our failure, and no outage: the job is tried for ever, ever later. */
export class NotYet extends Error {}

/** Another replica has the job, or somebody asked for it anew. */
export class TakenOver extends Error {}
