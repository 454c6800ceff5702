import type { Bus } from "./bus.ts";
import type { Ask } from "./lead.ts";
import type { Log } from "./log.ts";
import { resetSubject, streamOf } from "./streams.ts";

/** JetStream's ack of an event: its sequence number in the stream; `duplicate` when the stream had its message id already. */
export type Published = { id: string; seq: number; duplicate: boolean };

/**
 * Notices that the broker lost acknowledged events (a new disk, a restored backup, a recreated stream), by the sequence numbers that the
 * outbox keeps. The outbox is the source of truth: lost events are marked as unpublished, and so published again.
 */
export function streamRecord(service: string, bus: Bus, log: Log, ask: Ask) {
  let highestSeq = 0;

  /** Before the first publish: events with a sequence number above the stream's last one are lost. @throws while there is no stream */
  async function compare(): Promise<void> {
    const { rows } = await ask<{ highest: string | null }>("select max(stream_seq) as highest from outbox");
    highestSeq = Number(rows[0]!.highest ?? 0);
    if (highestSeq === 0) return; // nothing was published, so nothing is lost; who publishes nothing has no stream
    const { last_seq } = (await bus.jsm.streams.info(streamOf(service))).state;
    if (highestSeq > last_seq) await publishAgain("stream_seq > $1", [last_seq]);
    highestSeq = Math.min(highestSeq, last_seq);
  }

  // When a new event gets a sequence number that is in the outbox already, the stream was rolled back: the events from that number on are
  // lost. A duplicate may be such an event, too, published by a relay that died before it recorded it.
  async function keep(published: Published[]): Promise<void> {
    const ids = published.map(({ id }) => id);
    const seqs = published.map(({ seq }) => seq);
    const lowestNew = Math.min(...published.filter(({ duplicate }) => !duplicate).map(({ seq }) => seq));
    if (lowestNew <= highestSeq || published.some(({ duplicate }) => duplicate))
      await publishAgain("(stream_seq >= $1 or stream_seq = any($2::bigint[])) and id <> all($3::uuid[])", [
        Number.isFinite(lowestNew) ? lowestNew : null,
        seqs,
        ids,
      ]);
    await ask(
      "update outbox set published_at = now(), stream_seq = done.seq from unnest($1::uuid[], $2::bigint[]) as done(id, seq) where outbox.id = done.id",
      [ids, seqs],
    );
    highestSeq = Math.max(lowestNew <= highestSeq ? 0 : highestSeq, ...seqs);
  }

  // Durable consumers track sequence numbers, which mean other events now: the provisioner has them start anew, and inboxes deduplicate.
  // It is asked first: whoever fails, or dies, in between finds the lost events again.
  async function publishAgain(lost: string, values: unknown[]): Promise<void> {
    const { rowCount } = await ask(`select 1 from outbox where ${lost} limit 1`, values);
    if (!rowCount) return;
    await bus.nc.request(resetSubject(service), "", { timeout: 5_000 });
    const { rowCount: events } = await ask(`update outbox set published_at = null, stream_seq = null where ${lost}`, values);
    log.warn({ events }, "the stream had lost events: publishing them again");
  }

  return { compare, keep };
}
