/** Runs work in parallel, but work with the same key one after another. `run` waits while all lanes are full. */
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
    const tail = before.then(work).finally(() => {
      this.busy--;
      if (this.tails.get(key) === tail) this.tails.delete(key);
      for (const wake of this.waiting.splice(0)) wake();
    });
    this.tails.set(key, tail);
    tail.catch(() => {}); // `work` answers for its own errors
  }

  async idle(): Promise<void> {
    await Promise.allSettled([...this.tails.values()]);
  }
}
