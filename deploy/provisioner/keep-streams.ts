import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import { openBroker } from "@lacio/chassis/bus";
import type { Log } from "@lacio/chassis/log";
import type { Permissions } from "@lacio/chassis/permissions";
import { Pulse } from "@lacio/chassis/pulse";
import { causeIn } from "@lacio/chassis/readiness";
import { resetSubject, streamOf } from "@lacio/chassis/streams";
import { reconcile, resetConsumer } from "./reconcile.ts";
import { floor, desiredState, type DesiredStream, type Wishes } from "./desired-state.ts";

export type KeepOptions = { url: string; permissions: Record<string, Permissions>; log: Log; everyMs?: number } & Wishes;

const sayMs = 10_000;

/**
 * Keeps JetStream's streams and consumers as the table of permissions wants them: at the start, after every reconnect, every `everyMs`, and
 * when an owner whose stream lost events asks for its consumers to start anew.
 */
export function keepStreams({ url, permissions, log, everyMs = 5_000, ...wishes }: KeepOptions) {
  const desired = desiredState(permissions, wishes);
  const ours = Object.keys(permissions);
  const stopping = new AbortController();
  const pulse = new Pulse(everyMs);
  let problems = ["not connected to NATS"];
  let saidAt = 0;
  const opening = openBroker(url, "provisioner", log, (error) => tell([`nats at ${new URL(url).host}: ${causeIn(error)}`]));
  let turn: Promise<void> = Promise.resolve();
  let connected = false;
  let requests: Subscription | undefined;
  let kept!: () => void;
  const ready = new Promise<void>((resolve) => (kept = resolve));
  const running = run();

  async function run(): Promise<void> {
    const { nc, onReconnect } = await opening;
    connected = true;
    if (stopping.signal.aborted) return;
    const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 2_000 });
    onReconnect(() => pulse.beat());
    while (!stopping.signal.aborted) {
      await oneByOne(() => reconcileAll(nc, jsm));
      if (problems.length === 0) kept();
      await pulse.wait(stopping.signal);
    }
  }

  async function reconcileAll(nc: NatsConnection, jsm: JetStreamManager): Promise<void> {
    const found = tooOld(nc);
    const attempt = (what: string, work: Promise<void>) => work.catch((error: Error) => void found.push(`${what}: ${error.message}`));
    if (found.length === 0) {
      await attempt("resets", hearRequests(nc, jsm));
      for (const wish of desired) {
        if (stopping.signal.aborted) return;
        await attempt(wish.stream.name, keep(jsm, wish));
      }
    }
    tell(found);
  }

  /** What is new is logged at once, what lasts every ten seconds. */
  function tell(found: string[]): void {
    const due = found.join() !== problems.join() || Date.now() - saidAt >= sayMs;
    problems = found;
    if (found.length === 0 || !due) return;
    saidAt = Date.now();
    log.warn({ problems }, "streams cannot be kept: trying again");
  }

  async function keep(jsm: JetStreamManager, wish: DesiredStream): Promise<void> {
    for (const change of await reconcile(jsm, wish, ours)) log.info({ change }, "reconciled");
  }

  // A refusal ends the subscription: each look asks again, because what the broker allows may have been put right.
  async function hearRequests(nc: NatsConnection, jsm: JetStreamManager): Promise<void> {
    if (requests?.isClosed() === false) return;
    let refusal: Error | undefined;
    requests = nc.subscribe(resetSubject("*"), {
      queue: "provisioner",
      callback(error, request) {
        if (error) refusal = error;
        else void oneByOne(() => reset(jsm, request));
      },
    });
    await nc.flush(); // a refusal comes before its answer
    if (refusal) throw refusal;
  }

  // Without an answer the owner asks again before it publishes anything.
  async function reset(jsm: JetStreamManager, request: Msg): Promise<void> {
    const stream = streamOf(request.subject.slice(resetSubject("").length));
    const wish = desired.find((one) => one.stream.name === stream);
    if (!wish) return;
    try {
      for (const consumer of wish.consumers) await resetConsumer(jsm, stream, consumer);
      log.warn({ stream }, "the stream lost events: its consumers start anew");
      request.respond();
    } catch (error) {
      log.warn({ err: error, stream }, "consumers cannot start anew");
    }
  }

  /** A look and a request never change the same consumer at the same time. What fails does not stop the next. */
  const oneByOne = (work: () => Promise<void>) =>
    (turn = turn.then(work).catch((error: unknown) => log.error({ err: error }, "a look or a request failed")));

  return {
    /** Resolves when everything was once as it should be. @throws when the connection can't even be tried */
    ready: Promise.race([ready, running]),
    /** What is not as it should be. */
    problems: () => problems,
    async stop(): Promise<void> {
      stopping.abort();
      if (!connected) return void opening.then(({ nc }) => nc.close()).catch(() => {}); // still trying, maybe for ever
      await running;
      await turn;
      await (await opening).nc.close();
    },
  };
}

/** An older server ignores a consumer's list of subjects, and would deliver everything: nothing is made there. */
function tooOld(nc: NatsConnection): string[] {
  const { version } = nc.info!;
  return version.localeCompare(floor, "en", { numeric: true }) >= 0 ? [] : [`nats-server ${version} is older than ${floor}`];
}
