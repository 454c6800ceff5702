/** What the load prints at its end, as one line of JSON. */
export interface Report {
  requests: number;
  seconds: number;
  byKind: Record<string, number>;
  /** Every request that was not answered by 200 in time, and every sale that was not confirmed. `at` is the time, by ISO 8601. */
  failed: { kind: string; why: string; at: string }[];
  /** Booked, paid and confirmed. */
  sales: { bookingId: string; email: string }[];
}
