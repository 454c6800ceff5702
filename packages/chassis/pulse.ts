/** The pause of a polling loop: `wait` ends after the period, by a `beat`, or by the abort. A beat between two waits ends the next one. */
export class Pulse {
  private readonly periodMs: number;
  private pending = false;
  private release: (() => void) | undefined;

  constructor(periodMs: number) {
    this.periodMs = periodMs;
  }

  beat(): void {
    this.pending = true;
    this.release?.();
  }

  async wait(over: AbortSignal, ms = this.periodMs): Promise<void> {
    if (!this.pending && !over.aborted) {
      await new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(timer);
          over.removeEventListener("abort", end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        over.addEventListener("abort", end);
        this.release = end;
      });
    }
    this.release = undefined;
    this.pending = false;
  }
}
