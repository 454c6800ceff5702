/** What the load prints at its end, as one line of JSON. */
export interface Report {
  requests: number;
  seconds: number;
  /** When the last request was sent, by ISO 8601. */
  lastAt: string;
  byKind: Record<string, number>;
  /** Every request that was not answered by 200 in time, and every sale that was not confirmed. `at` is the time, by ISO 8601. */
  failed: { kind: string; why: string; at: string }[];
  /** Booked, paid and confirmed. */
  sales: { bookingId: string; email: string }[];
}

export type Recorder = ReturnType<typeof recorder>;

export function recorder() {
  const byKind: Record<string, number> = {};
  const failed: Report["failed"] = [];
  const sales: Report["sales"] = [];
  let lastAt = "";
  const requests = () => Object.values(byKind).reduce((sum, count) => sum + count, 0);
  return {
    requests,
    asked(kind: string): void {
      byKind[kind] = (byKind[kind] ?? 0) + 1;
      lastAt = new Date().toISOString();
    },
    failed: (kind: string, why: string) => void failed.push({ kind, why, at: new Date().toISOString() }),
    sold: (sale: Report["sales"][number]) => void sales.push(sale),
    report: (seconds: number): Report => ({ requests: requests(), seconds: Math.round(seconds), lastAt, byKind, failed, sales }),
  };
}
