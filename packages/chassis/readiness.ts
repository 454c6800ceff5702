import type { Bus } from "./bus.ts";
import type { Database } from "./db.ts";
import type { Log } from "./log.ts";
import { masked } from "./private-data.ts";

type Servers = { db: Database; bus: Bus };

export type Readiness = ReturnType<typeof createReadiness>;

const firstAgainMs = 250;
const againMs = 2_000;
const graceMs = 2_000;
const sayMs = 10_000;
const checkMs = 1_000;

/**
 * Whether this replica can be sent calls. At its start everything it needs has to answer once; afterwards database and broker alone count, so
 * that an outage of a peer takes no replica out. Until then one line says what is away: after 2 s, and every 10 s.
 */
export function createReadiness(log: Log) {
  const away = new Map<string, string>(); // what has not answered yet, with the cause of its last failure
  let servers: Servers | undefined;
  let state: "starting" | "ready" | "draining" = "starting";
  let checkedAt = 0;
  let gone: string[] = [];
  let saying = setTimeout(say, graceMs).unref();

  function say(): void {
    void check(); // for the next line
    log.warn({ away: [...missing(), ...gone] }, "not ready");
    saying = setTimeout(say, sayMs).unref();
  }

  const missing = () => (away.size > 0 ? [...away.values()] : state === "starting" ? ["starting"] : []);

  async function check(): Promise<string[]> {
    if (!servers || Date.now() - checkedAt <= checkMs) return gone;
    const { db, bus } = servers;
    const database = await db.pool.query("select 1").then(
      () => [],
      (error: Error) => [`database: ${causeIn(error)}`],
    );
    gone = [...database, ...(bus.nc.isClosed() || !bus.nc.info ? ["nats: not connected"] : [])];
    checkedAt = Date.now();
    return gone;
  }

  return {
    /**
     * Asks again until there is an answer, after 250 ms at first and at most 2 s later on. `what` is asked `at` a host or URL; the question may
     * report failures that it repeats itself, and until one is known `waiting` says what is waited for. @throws what is not worth asking `again`
     */
    async once<T>(
      what: string,
      at: string,
      ask: (failed: (error: unknown) => void) => Promise<T>,
      again = (_: unknown) => true,
      waiting = "no answer yet",
    ): Promise<T> {
      const failed = (error: unknown) => void away.set(what, `${what} at ${at}: ${causeIn(error)}`);
      failed(new Error(waiting));
      for (let waitMs = firstAgainMs; ; waitMs = Math.min(2 * waitMs, againMs)) {
        try {
          const answer = await ask(failed);
          away.delete(what);
          return answer;
        } catch (error) {
          if (!again(error)) throw error;
          failed(error);
        }
        const spread = 0.5 + Math.random() / 2;
        await new Promise((resolve) => setTimeout(resolve, waitMs * spread)); // replicas that start together do not ask together
      }
    },
    /** From now on database and broker count, whatever else is still away. */
    watch: (found: Servers) => void (servers = found),
    /** Everything has answered once. `about` is for the log. */
    ready(about: object): void {
      if (state === "draining") return;
      state = "ready";
      clearTimeout(saying);
      log.info(about, "ready");
    },
    drain(): void {
      state = "draining";
      clearTimeout(saying);
    },
    /** What gRPC's health check answers; what has gone since is said by `problems` alone. */
    serving: () => state === "ready",
    /** What is missing, the servers checked at most once a second; empty when calls may come. */
    problems: async () => [...(state === "draining" ? [state] : []), ...missing(), ...(await check())],
  };
}

/** The innermost cause in a line: its code and words. An attempt at several addresses of a host (AggregateError) has the words of the first. */
export function causeIn(error: unknown): string {
  const { cause, errors, code, message } = error as { cause?: unknown; errors?: unknown[]; code?: unknown; message?: string };
  if (cause instanceof Error || Error.isError(cause)) return causeIn(cause);
  if (errors?.[0]) return causeIn(errors[0]);
  const words = (message ?? String(error)).split("\n", 1)[0]!;
  return masked(typeof code === "string" && !words.includes(code) ? `${code} ${words}`.trim() : words);
}
