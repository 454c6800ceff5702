import { setTimeout as sleep } from "node:timers/promises";

/**
 * Readies Envoy for its end without a lost request. At once /readyz is 503, HTTP/1.1 answers say `connection: close`, HTTP/2 connections get
 * GOAWAY. New connections are still answered for `seconds`, however idle it is: who sends them learns only bit by bit that this edge
 * goes. Then the requests that run may finish, for the longest deadline of a call. @throws when Envoy's admin port does not answer
 */
export async function drain(adminPort: number, seconds: number, say: (msg: string) => void): Promise<void> {
  const admin = async (method: string, path: string) => {
    const answer = await fetch(`http://127.0.0.1:${adminPort}${path}`, { method, signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`Envoy answers ${method} ${path} with ${answer.status}`);
    return answer.text();
  };
  await admin("POST", "/healthcheck/fail");
  await admin("POST", "/drain_listeners?graceful&skip_exit"); // skip_exit: the listeners stay open until Envoy ends
  say(`draining: takes new connections for ${seconds} s`);
  await sleep(seconds * 1000);

  const running = async () => Number(/: (\d+)/.exec(await admin("GET", "/stats?filter=^http.edge.downstream_rq_active$"))?.[1] ?? 0);
  if ((await running()) > 0) say("draining: requests still run");
  for (const end = Date.now() + longestCallSeconds * 1000; Date.now() < end; await sleep(100)) if ((await running()) === 0) return;
  say(`draining: cuts ${await running()} requests`);
}

/** `max_stream_duration` of the routes. */
const longestCallSeconds = 30;
