import type { Bus } from "./bus.ts";
import { streamOf } from "./fact.ts";
import type { Ask } from "./lead.ts";
import type { Log } from "./log.ts";

/** What JetStream said to an event: its place in the stream; `duplicate` when it had the event already. */
export type Published = { id: string; seq: number; duplicate: boolean };

/**
 * The outbox's record of what the stream holds. The broker may lose what it had acknowledged (a new disk, a restored backup, a stream
 * made anew): the outbox is the truth, and what is found to be lost is marked to be published again.
 */
export function streamRecord(service: string, bus: Bus, log: Log, ask: Ask) {
  let highest = 0;

  /** Before the first event: what lies behind the stream's end is lost. */
  async function compare(lastSeq: number): Promise<void> {
    await forget("stream_seq > $1", [lastSeq]);
    const { rows } = await ask<{ highest: string | null }>("select max(stream_seq) as highest from outbox");
    highest = Number(rows[0]!.highest ?? 0);
  }

  // A place in the stream that was taken before holds something new now: so whatever stood there or behind it is gone. An event that
  // the stream has already may have been published into such a place by a relay that died before it noticed.
  async function keep(published: Published[]): Promise<void> {
    const ids = published.map(({ id }) => id);
    const seqs = published.map(({ seq }) => seq);
    const lowestNew = Math.min(...published.filter(({ duplicate }) => !duplicate).map(({ seq }) => seq));
    if (lowestNew <= highest || published.some(({ duplicate }) => duplicate))
      await forget("(stream_seq >= $1 or stream_seq = any($2::bigint[])) and id <> all($3::uuid[])", [
        Number.isFinite(lowestNew) ? lowestNew : null,
        seqs,
        ids,
      ]);
    await ask(
      "update outbox set published_at = now(), stream_seq = done.seq from unnest($1::uuid[], $2::bigint[]) as done(id, seq) where outbox.id = done.id",
      [ids, seqs],
    );
    highest = Math.max(lowestNew <= highest ? 0 : highest, ...seqs);
  }

  // Consumers know places, not events: their own records are of the stream that was. They are made anew, and their inboxes know what is done.
  async function forget(lost: string, values: unknown[]): Promise<void> {
    const { rowCount } = await ask(`update outbox set published_at = null, stream_seq = null where ${lost}`, values);
    if (!rowCount) return;
    log.warn({ events: rowCount }, "the stream had lost events: publishing them again");
    for await (const { name } of bus.jsm.consumers.list(streamOf(service))) await bus.jsm.consumers.delete(streamOf(service), name);
  }

  return { compare, keep };
}
