import { setTimeout as sleep } from "node:timers/promises";

/**
 * Readies Envoy for its end without a lost request. At once /readyz is 503, HTTP/1.1 answers say `connection: close`, HTTP/2 connections get
 * GOAWAY. New connections are still answered for `seconds`, however idle it is: who sends them learns only bit by bit that this edge
 * goes. Then the requests that run may finish, for the longest deadline of a call; an answer that Envoy's admin port fails to give cuts none.
 * @throws when nobody listens on that port: Envoy has never been ready
 */
export async function drain(adminPort: number, seconds: number, say: (msg: string) => void): Promise<void> {
  const admin = async (method: string, path: string) => {
    const answer = await fetch(`http://127.0.0.1:${adminPort}${path}`, { method, signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`it answers with ${answer.status}`);
    return answer.text();
  };
  const sayUndone = (path: string) => (error: Error) => say(`draining: Envoy fails to do ${path}: ${causeOf(error).message}`);
  await admin("POST", "/healthcheck/fail").catch((error: Error) => {
    if (causeOf(error).code === "ECONNREFUSED") throw causeOf(error);
    sayUndone("/healthcheck/fail")(error);
  });
  // skip_exit: the listeners stay open until Envoy ends
  await admin("POST", "/drain_listeners?graceful&skip_exit").catch(sayUndone("/drain_listeners"));
  say(`draining: takes new connections for ${seconds} s`);
  await sleep(seconds * 1000);

  const running = () =>
    admin("GET", "/stats?filter=^http.edge.downstream_rq_active$").then(
      (stats) => Number(/: (\d+)/.exec(stats)?.[1] ?? 0),
      () => undefined, // unknown
    );
  if ((await running()) !== 0) say("draining: requests still run");
  for (const end = Date.now() + longestCallSeconds * 1000; Date.now() < end; await sleep(100)) if ((await running()) === 0) return;
  say(`draining: cuts ${(await running()) ?? "unknown"} requests`);
}

/** `max_stream_duration` of the routes. */
export const longestCallSeconds = 30;

/** What `fetch` wraps. */
const causeOf = (error: Error): NodeJS.ErrnoException => (error.cause as Error | undefined) ?? error;
