import { headers } from "@nats-io/transport-node";
import type { Bus } from "./bus.ts";
import { requestIdHeader } from "./call-context.ts";
import type { ChassisConfig } from "./config.ts";
import type { Database } from "./db.ts";
import { failpoint } from "./failpoint.ts";
import type { Ask, Duty } from "./lead.ts";
import type { Log } from "./log.ts";
import { outboxLagSeconds, outboxPublished } from "./metrics.ts";
import { Pulse } from "./pulse.ts";
import { streamRecord, type Published } from "./stream-record.ts";

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
 * Publishes the outbox to JetStream, at least once and in order per aggregate, on the service's leader.
 * Rows are found by predicate, never by "last id seen": transactions do not commit in the order of their ids.
 */
export function relayOutbox(config: ChassisConfig, db: Database, bus: Bus, log: Log): Duty {
  const pulse = new Pulse(config.outboxPollMs);
  let compared = false; // with the stream, since the last connect
  db.onFact(() => pulse.beat());
  bus.onReconnect(() => {
    compared = false;
    pulse.beat();
  });

  return async (ask, over) => {
    const record = streamRecord(config.service, bus, log, ask);
    compared = false;
    while (!over.aborted) {
      try {
        await measureLag(ask);
        if (!compared) await record.compare();
        compared = true;
        while (!over.aborted && compared) if ((await publishBatch(ask, record.keep)) < batchSize) await pulse.wait(over);
      } catch (error) {
        compared = false;
        if (!over.aborted) log.warn({ err: error }, "the outbox relay starts again");
        await pulse.wait(over, 1_000);
      }
    }
    outboxLagSeconds.reset(); // only the leader exports it
  };

  async function publishBatch(ask: Ask, keep: (published: Published[]) => Promise<void>): Promise<number> {
    const { rows } = await ask<Row>(
      "select id, seq, subject, type, key, payload, traceparent, request_id, created_at from outbox where published_at is null order by seq limit $1",
      [batchSize],
    );
    setLag(rows[0]);
    const acked: Published[] = [];
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
        await keep(acked);
        outboxPublished.inc(acked.length);
      }
    }
    if (failure) throw failure;
    return rows.length;
  }

  async function publish(row: Row): Promise<Published> {
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
    // On a broken connection a publish waits for its whole timeout: it is short, as JetStream deduplicates a retry by its message id.
    const { seq, duplicate } = await bus.js.publish(row.subject, row.payload, { msgID: row.id, headers: head, timeout: 1_000 });
    return { id: row.id, seq, duplicate };
  }
}

// Not only with a batch: the lag has to grow while the broker is down, because an alert is set on it.
async function measureLag(ask: Ask): Promise<void> {
  const { rows } = await ask<Row>("select created_at from outbox where published_at is null order by seq limit 1");
  setLag(rows[0]);
}

const setLag = (oldest: Row | undefined) => outboxLagSeconds.set(oldest ? (Date.now() - oldest.created_at.getTime()) / 1_000 : 0);

// Wave n holds the n-th unpublished event of each aggregate: a wave is published in parallel, the next one after its acks.
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
