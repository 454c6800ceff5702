import type { Msg } from "@nats-io/transport-node";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import { openBroker } from "@lacio/chassis/bus";
import type { Log } from "@lacio/chassis/log";
import type { Permissions } from "@lacio/chassis/permissions";
import { Pulse } from "@lacio/chassis/pulse";
import { resetSubject, streamOf } from "@lacio/chassis/streams";
import { putRight, startAnew } from "./put-right.ts";
import { wanted } from "./wanted.ts";

export type KeepOptions = { url: string; permissions: Record<string, Permissions>; log: Log; everyMs?: number; ackWaitMs?: number };

/**
 * Keeps JetStream's streams and consumers as the table of permissions wants them: at the start, after every reconnect, every `everyMs`, and
 * when an owner whose stream lost events asks for its consumers to start anew.
 */
export function keepStreams({ url, permissions, log, everyMs = 5_000, ackWaitMs = 10_000 }: KeepOptions) {
  const wishes = wanted(permissions, ackWaitMs);
  const ours = Object.keys(permissions);
  const stopping = new AbortController();
  const pulse = new Pulse(everyMs);
  const opening = openBroker(url, "provisioner", log);
  let problems = ["not connected to NATS"];
  let turn: Promise<unknown> = Promise.resolve();
  let kept!: () => void;
  const ready = new Promise<void>((resolve) => (kept = resolve));
  const running = run();

  async function run(): Promise<void> {
    const { nc, onReconnect } = await opening;
    const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 2_000 });
    onReconnect(() => pulse.beat());
    nc.subscribe(resetSubject("*"), { queue: "provisioner", callback: (_, request) => void oneByOne(() => reset(jsm, request)) });
    while (!stopping.signal.aborted) {
      await oneByOne(() => putAllRight(jsm));
      if (problems.length === 0) kept();
      await pulse.wait(stopping.signal);
    }
  }

  async function putAllRight(jsm: JetStreamManager): Promise<void> {
    const found: string[] = [];
    for (const wish of wishes) {
      if (stopping.signal.aborted) return;
      try {
        for (const change of await putRight(jsm, wish, ours)) log.info({ change }, "put right");
      } catch (error) {
        found.push(`${wish.stream.name}: ${(error as Error).message}`);
      }
    }
    if (found.length > 0 && found.join() !== problems.join()) log.warn({ problems: found }, "streams cannot be kept: trying again");
    problems = found;
  }

  // Without an answer the owner asks again before it publishes anything.
  async function reset(jsm: JetStreamManager, request: Msg): Promise<void> {
    const stream = streamOf(request.subject.slice(resetSubject("").length));
    const wish = wishes.find((one) => one.stream.name === stream);
    if (!wish) return;
    try {
      for (const consumer of wish.consumers) await startAnew(jsm, stream, consumer);
      log.warn({ stream }, "the stream lost events: its consumers start anew");
      request.respond();
    } catch (error) {
      log.warn({ err: error, stream }, "consumers cannot start anew");
    }
  }

  /** A look and a request never change the same consumer at the same time. */
  const oneByOne = (work: () => Promise<void>) => (turn = turn.then(work));

  return {
    /** Resolves when everything was once as it should be. @throws when the connection can't even be tried */
    ready: Promise.race([ready, running]),
    /** What is not as it should be. */
    problems: () => problems,
    async stop(): Promise<void> {
      stopping.abort();
      await running;
      await turn;
      await (await opening).nc.close();
    },
  };
}
