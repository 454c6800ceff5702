/** A loop's heartbeat: `wait` ends after the period, on a beat, or at the stop. A beat between two waits is not lost. */
export class Pulse {
  private readonly periodMs: number;
  private pending = false;
  private release: (() => void) | undefined;
  stopped = false;

  constructor(periodMs: number) {
    this.periodMs = periodMs;
  }

  beat(): void {
    this.pending = true;
    this.release?.();
  }

  stop(): void {
    this.stopped = true;
    this.release?.();
  }

  async wait(ms = this.periodMs): Promise<void> {
    if (!this.pending && !this.stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.release = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.pending = false;
    this.release = undefined;
  }
}
