import type { SystemDescription } from "@lacio/testkit/system";
import { jetstreamManager } from "@nats-io/jetstream";
import { toNats } from "../quiet.ts";

/** Whether the newest message of a subject is one of these events. */
export async function inStream(system: SystemDescription, subject: string, ids: string[]): Promise<boolean> {
  const nats = await toNats(system);
  try {
    const stream = subject.split(".")[0]!.toUpperCase();
    const message = await (await jetstreamManager(nats)).streams.getMessage(stream, { last_by_subj: subject });
    return ids.includes(message?.header.get("Nats-Msg-Id") ?? "");
  } finally {
    await nats.close();
  }
}

/** Whether a consumer holds an event of this stream that it has not acknowledged. */
export async function awaitsAck(system: SystemDescription, stream: string, consumer: string): Promise<boolean> {
  const nats = await toNats(system);
  try {
    const { num_ack_pending } = await (await jetstreamManager(nats)).consumers.info(stream, consumer);
    return num_ack_pending > 0;
  } finally {
    await nats.close();
  }
}
