import { headers } from "@nats-io/transport-node";
import type pg from "pg";
import { ensureStream, type Bus } from "./bus.ts";
import { requestIdHeader } from "./call-context.ts";
import type { ChassisConfig } from "./config.ts";
import type { Database } from "./db.ts";
import { failpoint } from "./failpoint.ts";
import type { Duty } from "./lead.ts";
import type { Log } from "./log.ts";
import { outboxLagSeconds, outboxPublished } from "./metrics.ts";
import { Pulse } from "./pulse.ts";

type Row = {
  id: string;
  seq: string;
  subject: string;
  type: string;
  key: string;
  payload: Buffer;
  traceparent: string | null;
  request_id: string | null;
  created_at: Date;
};

const batchSize = 200;

/**
 * Publishes the outbox to JetStream, in order per aggregate, by the service's leader.
 * Rows are found by predicate, never by "last id seen": commits do not come in the order of ids.
 */
export function relayOutbox(config: ChassisConfig, db: Database, bus: Bus, log: Log): Duty {
  const pulse = new Pulse(config.outboxPollMs);
  db.onCommit(() => pulse.beat());

  return async (client, over) => {
    while (!over.aborted) {
      try {
        await replayLost(client, await ensureStream(bus, config.service));
        while (!over.aborted) if ((await publishBatch(client)) < batchSize) await pulse.wait(over);
      } catch (error) {
        if (!over.aborted) log.warn({ err: error }, "the outbox relay starts again");
        await pulse.wait(over, 1_000);
      }
    }
  };

  // The broker may have lost what it had acknowledged (a new disk, a restored backup): the outbox is the truth and fills the gap.
  async function replayLost(client: pg.Client, lastSeq: number): Promise<void> {
    const { rowCount } = await client.query("update outbox set published_at = null, stream_seq = null where stream_seq > $1", [lastSeq]);
    if (rowCount) log.warn({ events: rowCount }, "the stream had lost events: publishing them again");
  }

  async function publishBatch(client: pg.Client): Promise<number> {
    const { rows } = await client.query<Row>(
      "select id, seq, subject, type, key, payload, traceparent, request_id, created_at from outbox where published_at is null order by seq limit $1",
      [batchSize],
    );
    outboxLagSeconds.set(rows[0] ? (Date.now() - rows[0].created_at.getTime()) / 1_000 : 0);
    const acked: { id: string; seq: number }[] = [];
    let failure: Error | undefined;
    try {
      for (const wave of waves(rows)) {
        const results = await Promise.allSettled(wave.map(publish));
        acked.push(...results.flatMap((result) => (result.status === "fulfilled" ? result.value : [])));
        failure = results.find((result) => result.status === "rejected")?.reason as Error | undefined;
        if (failure) break;
      }
    } finally {
      if (acked.length > 0) {
        failpoint("outbox.after_publish_before_mark");
        await client.query(
          "update outbox set published_at = now(), stream_seq = done.seq from unnest($1::uuid[], $2::bigint[]) as done(id, seq) where outbox.id = done.id",
          [acked.map((row) => row.id), acked.map((row) => row.seq)],
        );
        outboxPublished.inc(acked.length);
      }
    }
    if (failure) throw failure;
    return rows.length;
  }

  async function publish(row: Row): Promise<{ id: string; seq: number }> {
    failpoint("outbox.after_commit_before_publish");
    const { id, type, key, traceparent, request_id } = row;
    const values = {
      "ce-id": id,
      "ce-type": type,
      "ce-source": `lacio/${config.service}`,
      "ce-time": row.created_at.toISOString(),
      "lacio-key": key,
    };
    const head = headers();
    for (const [name, value] of Object.entries({ ...values, traceparent, [requestIdHeader]: request_id })) if (value) head.set(name, value);
    // A publish that meets a broken connection waits out its whole timeout: keep it short, the message id makes a repeat harmless.
    const ack = await bus.js.publish(row.subject, row.payload, { msgID: row.id, headers: head, timeout: 1_000 });
    return { id: row.id, seq: ack.seq };
  }
}

// Wave n holds the n-th waiting event of each aggregate: waves go out one after another, a wave at once.
function waves(rows: Row[]): Row[][] {
  const result: Row[][] = [];
  const depth = new Map<string, number>();
  for (const row of rows) {
    const n = depth.get(row.key) ?? 0;
    depth.set(row.key, n + 1);
    (result[n] ??= []).push(row);
  }
  return result;
}
