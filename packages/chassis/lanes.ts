/** Bounded parallelism with order per key. `run` waits for a free lane, not for the work (back-pressure); `idle` waits for all work. */
export class Lanes {
  private readonly limit: number;
  private readonly tails = new Map<string, Promise<void>>();
  private busy = 0;
  private waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  async run(key: string, work: () => Promise<void>): Promise<void> {
    while (this.busy >= this.limit) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.busy++;
    const before = this.tails.get(key) ?? Promise.resolve();
    const tail = before.then(work, work).finally(() => {
      this.busy--;
      if (this.tails.get(key) === tail) this.tails.delete(key);
      for (const wake of this.waiting.splice(0)) wake();
    });
    this.tails.set(key, tail);
    tail.catch(() => {}); // `work` reports its own errors, and one that throws does not stop the next of its key
  }

  async idle(): Promise<void> {
    await Promise.allSettled([...this.tails.values()]);
  }
}
